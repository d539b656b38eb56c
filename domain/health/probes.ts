import type { SshTarget } from '../remote.ts';
import type { HostCheck } from './reading.ts';
import type { ServiceCheck } from './target.ts';

interface Bounds {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Looks at hosts over kept SSH connections, one per host: keep-alive, reconnected with jitter,
 * bounded in number. Never throws for what a host does; the outcome says it.
 */
export interface HostProbe {
  /** `fresh` logs in anew and closes that login afterwards; the kept one stays as it is. */
  check(target: SshTarget, options: Bounds & { readonly fresh: boolean }): Promise<HostCheck>;
  /** Forgets the kept connection of a host, e.g. after a reboot or when its shard moves. */
  drop(handle: string): void;
  /** Connections that are kept now. */
  readonly kept: number;
  close(): Promise<void>;
}

/** Looks at a host without a login: an answer to ping or any TCP answer (also a refusal) is life. */
export interface OutsideProbe {
  ping(address: string, options: Bounds): Promise<boolean>;
  service(address: string, check: ServiceCheck, options: Bounds): Promise<ServiceAnswer>;
}

export interface ServiceAnswer {
  readonly state: 'ok' | 'degraded' | 'failed';
  readonly reason: string;
  readonly latencyMs: number;
  /** For `tls`: end of the certificate. */
  readonly expiresAt: Date | null;
}

/** Something outside that answers while we are online. `name` is stable, e.g. `tcp://1.1.1.1:53`. */
export interface Witness {
  readonly name: string;
  ask(options: Bounds): Promise<boolean>;
}
