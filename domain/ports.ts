import type { Secret } from './secret.ts';

export interface Clock {
  now(): Date;
  /** Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text where it is not JSON. */
  readonly body: unknown;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpSettings {
  readonly baseUrl: string;
  readonly basicAuth?: { readonly user: string; readonly password: Secret };
  readonly bearer?: Secret;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers any status; throws OpsError `timeout`/`unavailable` for a GET whose answer was lost and
 * `unknown_outcome` for any other method once the request may have left.
 */
export type HttpFactory = (settings: HttpSettings) => (request: HttpRequest) => Promise<HttpAnswer>;

export interface ProgramAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly truncated: boolean;
}

/** Runs a local program without a shell; at the deadline or abort its whole process group ends. */
export interface Programs {
  run(
    argv: readonly [string, ...string[]],
    options: {
      readonly stdin?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly cwd?: string;
      readonly timeoutMs: number;
      readonly maxOutputBytes?: number;
      readonly signal: AbortSignal;
    },
  ): Promise<ProgramAnswer>;
}

/** AES-256-GCM with a key that is not in the database; `open` throws when the text was altered. */
export interface SecretBox {
  seal(plain: Secret): string;
  open(sealed: string): Secret;
}

export interface HeldLease {
  readonly resource: string;
  /** Counted up on each take; writes carry it, so that a late holder is refused. */
  readonly fence: number;
  /** Aborted as soon as the lease is lost or cannot be renewed in time. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** Exclusive ownership by rows and the database's clock; null when somebody else holds it. */
export interface Leases {
  take(resource: string): Promise<HeldLease | null>;
  /** How many leases are held now, by anybody, whose resource begins like this. */
  living?(prefix: string): Promise<number>;
}

/** Asks workers to look at an operation; losing a call is harmless, the sweeper repeats it. */
export interface Doorbell {
  ring(operation: { readonly id: string; readonly fence: number }, delayMs?: number): Promise<void>;
}

/** Counters and histograms by their Prometheus names. */
export interface Metrics {
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  observe(name: string, seconds: number, labels?: Readonly<Record<string, string>>): void;
  gauge(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}
