import type { Secret } from './secret.ts';
import type { Become } from './server.ts';

/** An SSH host key as `known_hosts` has it: type and base64 blob. */
export interface HostKey {
  readonly type: string;
  readonly key: string;
}

export type SshAuth =
  | { readonly kind: 'key'; readonly privateKey: Secret }
  | { readonly kind: 'password'; readonly password: Secret };

export interface SshTarget {
  readonly handle: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth: SshAuth;
  readonly become: Become;
  /** For `sudo_password`; null otherwise. */
  readonly becomePassword: Secret | null;
  /** Accepted host keys; an empty list accepts and reports whatever is there (first contact). */
  readonly hostKeys: readonly HostKey[];
  readonly jump: SshTarget | null;
}

export interface SshAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How an attempt to log in ended; `hostKey` is what the host showed, where it got that far. */
export interface SshProbe {
  readonly outcome:
    | 'ok'
    | 'login_refused'
    | 'host_key_changed'
    | 'refused'
    | 'unreachable'
    | 'timeout';
  readonly hostKey: HostKey | null;
  /** Methods the host offers, e.g. publickey, password. */
  readonly methods: readonly string[];
  readonly message: string;
}

export interface SshOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly stdin?: string;
}

/** A fresh connection per call. Throws OpsError; a non-zero exit code is an answer, not an error. */
export interface Ssh {
  probe(target: SshTarget, options: Omit<SshOptions, 'stdin'>): Promise<SshProbe>;
  run(target: SshTarget, argv: readonly string[], options: SshOptions): Promise<SshAnswer>;
}

/** Opens TCP connections, the way a stranger sees a host. */
export interface TcpProbe {
  probe(
    host: string,
    port: number,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<'open' | 'refused' | 'filtered'>;
}

export type PlaybookName = 'provision_access' | 'provision_software' | 'health_check';

/** Identifies a child that may outlive us: enough to end exactly it and nothing else. */
export interface ChildRecord {
  readonly machineId: string;
  readonly bootId: string;
  readonly pgid: number;
  /** Clock ticks after boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
  /** ISO 8601: when it ends by itself at the latest. */
  readonly endsAt: string;
}

export interface PlaybookRun {
  readonly playbook: PlaybookName;
  readonly target: SshTarget;
  /** Extra variables by the names of playbooks/README.md; may hold Secret values. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

export interface PlaybookEvent {
  readonly kind: 'task' | 'changed' | 'failed';
  readonly task: string;
  readonly index: number;
  readonly total: number;
}

export interface PlaybookResult {
  readonly recap: {
    readonly ok: number;
    readonly changed: number;
    readonly failures: number;
    readonly unreachable: number;
  };
  /** What the playbook reported with its result event, e.g. health_check. */
  readonly data: unknown;
}

/**
 * Runs one playbook on exactly one host, checked with `--list-hosts`; the recap must name it and
 * nothing else. Failures throw OpsError: `playbook_failed`, `unreachable`, `login_refused`,
 * `host_key_changed`, `timeout`, `cancelled`, with the failed task and the tail of its message.
 */
export interface Playbooks {
  run(
    run: PlaybookRun,
    hooks: {
      /** Awaited before the child may start; null when it has ended. */
      onChild(child: ChildRecord | null): Promise<void>;
      onEvent(event: PlaybookEvent): void;
    },
    signal: AbortSignal,
  ): Promise<PlaybookResult>;
  /** Ends a left-behind child (its whole group) and returns when it is gone. */
  end(child: ChildRecord, signal: AbortSignal): Promise<void>;
}
