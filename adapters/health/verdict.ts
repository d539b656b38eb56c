/** What one look at a service gave. */
export interface Verdict {
  readonly state: 'ok' | 'degraded' | 'failed';
  readonly reason: string;
  readonly expiresAt?: Date | null;
}

/** A socket's failure in few words, without addresses or anything a host said. */
export function failureOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses connections';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'closed the connection';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not found';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return 'no answer';
    default:
      return code === '' ? 'makes no sense' : `failed (${code})`;
  }
}
