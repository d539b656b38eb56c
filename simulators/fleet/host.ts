import { randomUUID } from 'node:crypto';

/** Milliseconds since 1970, and sleeps: the machine's time, or a virtual one. */
export interface FleetClock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface FleetOptions {
  /** One for all addresses; by default one below those that the kernel gives away. */
  readonly port?: number;
  readonly clock?: FleetClock;
  /** How a slow host waits; by default the fleet's clock. */
  readonly pause?: (ms: number) => Promise<void>;
  /** A check has come in; records only count them. */
  readonly onCheck?: (address: string) => void;
}

export const realClock: FleetClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => reject(clearTimeout(timer) ?? signal.reason));
    }),
};

/** What a simulated server is like now. Tests and scenarios change it through the fleet alone. */
export interface HostState {
  /**
   * `refuse`: nothing there takes a connection or a ping. `swallow`: packets go and nothing comes.
   * `hangup`: each connection is ended as soon as it stands.
   */
  net: 'up' | 'refuse' | 'swallow' | 'hangup';
  /** The agent's own way to it; its neighbours have theirs. */
  path: 'open' | 'cut';
  /** `dead`: new connections are refused, those that stand go on. */
  sshd: 'up' | 'dead';
  /** `refused`: sshd answers and takes no credential. */
  logins: 'normal' | 'refused';
  /** Answers after so many milliseconds. */
  slowMs: number;
  garbled: boolean;
  docker: 'up' | 'dead' | 'absent';
  diskPercent: number;
  memoryPercent: number;
  load: number;
  firewall: boolean;
  rebootRequired: boolean;
  clockOffsetMs: number;
  passwordLogin: boolean;
}

/** What brings a trouble to its end. A reboot heals no more than its own kind. */
export const REMEDIES = [
  'nothing',
  'restart',
  'reboot',
  'reset_access',
  'provision',
  'reinstall',
] as const;
export type Remedy = (typeof REMEDIES)[number];

export interface Trouble {
  readonly effects: Partial<HostState>;
  readonly healedBy: Remedy;
  /** The agent's keys are gone from the disk. */
  readonly losesKeys?: boolean;
}

export interface NewHost {
  readonly id: string;
  readonly rootPassword?: string;
  /** Public key lines. */
  readonly authorizedKeys?: readonly string[];
  readonly state?: Partial<HostState>;
}

export interface SimHost {
  readonly address: string;
  /** The provider's id of the machine. */
  readonly id: string;
  readonly state: Readonly<HostState>;
  /** The same disk and the same kernel as long as this is. */
  readonly bootId: string;
  readonly bootedAt: number;
  readonly hostKey: { readonly type: string; readonly key: string };
  readonly rootPassword: string;
  /** `type blob` of each. */
  readonly authorizedKeys: ReadonlySet<string>;
}

export const HEALTHY: HostState = {
  net: 'up',
  path: 'open',
  sshd: 'up',
  logins: 'normal',
  slowMs: 0,
  garbled: false,
  docker: 'up',
  diskPercent: 20,
  memoryPercent: 30,
  load: 0.1,
  firewall: true,
  rebootRequired: false,
  clockOffsetMs: 0,
  passwordLogin: false,
};

/** The kernel's boot id and the start of process 1, as the check script prints them. */
export const newBootId = (): string => `${randomUUID()}.1`;

/** `type blob` of a public key line, without its comment. */
export const bareKey = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ');
