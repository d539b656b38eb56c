/** What the check script saw on a host, before anybody judges it; null: not seen or not allowed. */
export interface HostReading {
  /** systemd's word for the unit `ssh`, e.g. `active`. */
  readonly sshUnit: string | null;
  readonly docker: 'answers' | 'silent' | 'forbidden' | 'absent' | null;
  /** systemd's word for the unit `docker`, for the reason of `silent`. */
  readonly dockerUnit?: string | null;
  readonly disks: readonly {
    readonly path: string;
    readonly spacePercent: number;
    readonly inodePercent: number;
  }[];
  readonly memory: { readonly usedPercent: number; readonly totalMiB: number } | null;
  readonly load: { readonly five: number; readonly cores: number } | null;
  readonly firewall: 'active' | 'inactive' | 'absent' | 'forbidden' | null;
  /** Whether DOCKER-USER closes published ports; null where it was not seen. */
  readonly publishedPortsGuarded: boolean | null;
  readonly rebootRequired: boolean | null;
  readonly clock: { readonly synchronised: boolean | null; readonly offsetMs: number | null };
  /** Another value after each boot: how a reboot is proven. */
  readonly bootId: string | null;
  readonly uptimeSeconds: number | null;
}

/** How one look at one host ended. */
export type CheckOutcome =
  | 'answered'
  /** TCP was refused: the host is there. */
  | 'refused'
  /** sshd answered and did not let us in. */
  | 'login_refused'
  | 'host_key_changed'
  | 'unreachable'
  | 'timeout'
  /** Logged in, but the answer makes no sense. */
  | 'garbled'
  /** The way to it is broken (jump host down): says nothing about the host. */
  | 'no_path';

export interface HostCheck {
  readonly outcome: CheckOutcome;
  readonly reading: HostReading | null;
  /** A fresh login, not a kept channel. */
  readonly fresh: boolean;
  readonly latencyMs: number;
  readonly message: string;
}
