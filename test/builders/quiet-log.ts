import type { Logger } from '#domain/ports.ts';

/** A logger for tests that keeps what it was told. */
export function quietLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (fields: unknown, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log = {
    lines,
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => log,
  };
  return log;
}
