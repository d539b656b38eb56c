/** What the simulator must know of a machine again after its own restart. */
export interface MachineMeta {
  readonly os: string;
  readonly label: string;
  readonly domain: string;
  readonly created: string;
  /** Image in place of the OS template's: a prepared one makes tests shorter. */
  readonly image?: string;
}

export interface Machine {
  readonly id: string;
  readonly ip: string;
  readonly meta: MachineMeta;
}

export interface OsTemplate {
  readonly os: string;
  readonly title: string;
}

export interface Credentials {
  readonly password: string;
  /** False: sshd takes keys alone from now on, as Ubuntu 24.04 templates do. */
  readonly passwordLogin: boolean;
}

/** Things that happen to a machine without its provider. */
export const MISHAPS = [
  'stop',
  'start',
  'kill',
  'disconnect',
  'connect',
  'freeze',
  'thaw',
] as const;
export type Mishap = (typeof MISHAPS)[number];

/** Where the simulated servers come from: containers, or nothing but memory. */
export interface MachineBackend {
  /** Templates that `create` and `reinstall` accept. */
  templates(): readonly OsTemplate[];
  /** Machines that were there before: an earlier run's containers. */
  list(signal: AbortSignal): Promise<readonly Machine[]>;
  create(
    id: string,
    options: { meta: MachineMeta } & Credentials,
    signal: AbortSignal,
  ): Promise<Machine>;
  resetPassword(id: string, credentials: Credentials, signal: AbortSignal): Promise<void>;
  reinstall(
    id: string,
    options: { meta: MachineMeta; sshKey?: string } & Credentials,
    signal: AbortSignal,
  ): Promise<void>;
  /** A new boot id, the same disk; a stopped one is left alone unless `startStopped`. */
  reboot(id: string, options: { startStopped: boolean }, signal: AbortSignal): Promise<void>;
  flushFirewall(id: string, signal: AbortSignal): Promise<void>;
  mishap(id: string, what: Mishap, signal: AbortSignal): Promise<void>;
  /** An image of its disk for `meta.image`. */
  snapshot(id: string, signal: AbortSignal): Promise<string>;
  destroy(id: string, signal: AbortSignal): Promise<void>;
  removeAll(signal: AbortSignal): Promise<void>;
}
