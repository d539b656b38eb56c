import type { Incident } from '../incident.ts';
import type { RecoveryMode } from '../recovery.ts';
import type { Care, ServerStatus } from '../server.ts';
import type { Expectations, HealthReport, HealthState } from './report.ts';

/** The condition of one watched server as it is kept between checks (one row per server). */
export interface TargetHealth {
  readonly serverId: string;
  readonly state: HealthState;
  readonly since: Date;
  /** First miss of the row of misses under way; null while checks succeed. */
  readonly missingSince: Date | null;
  /** Misses and good checks in a row. */
  readonly misses: number;
  readonly goods: number;
  /** Good fresh logins in a row: an incident closes on these. */
  readonly freshGoods: number;
  /** The last 21 verdicts, oldest first: `1` good, `0` bad. */
  readonly recent: string;
  readonly flapping: boolean;
  /** Checks so far: every tenth is a fresh login. */
  readonly checks: number;
  readonly lastCheckAt: Date | null;
  readonly lastGoodAt: Date | null;
  readonly report: HealthReport | null;
  readonly latencyMs: number | null;
  readonly bootId: string | null;
}

/** A row of the compact history; rolled up by hour and by day. */
export interface HealthSample {
  readonly serverId: string;
  readonly at: Date;
  readonly state: HealthState;
  /** Milliseconds; null where nothing answered. */
  readonly latencyMs: number | null;
  readonly diskPercent: number | null;
  readonly memoryPercent: number | null;
  readonly loadPercent: number | null;
}

/** Optional checks of a service, from outside. */
export type ServiceCheck =
  | { readonly kind: 'http'; readonly url: string; readonly expectStatus: number | null }
  | { readonly kind: 'tcp'; readonly port: number }
  /** Days before the end from which a certificate counts as expiring. */
  | {
      readonly kind: 'tls';
      readonly port: number;
      readonly warnDays: number;
      /** The name to ask for and to find in the certificate; without one the name is not looked at. */
      readonly servername?: string | null;
    };

export interface WatchedService {
  readonly id: string;
  readonly name: string;
  readonly checks: readonly ServiceCheck[];
}

/** A service where it stands, with what its checks have made known. */
export interface PlacedService {
  readonly serverId: string;
  readonly serverHandle: string;
  readonly service: WatchedService;
  /** Of its server; null where nobody looks at it. */
  readonly health: Pick<TargetHealth, 'state' | 'lastCheckAt'> | null;
  /** Open ones of its server that are about services. */
  readonly incidents: readonly Pick<Incident, 'id' | 'type' | 'details' | 'affectedServices'>[];
}

/** A server of the sweep with all that a check and its verdict need. */
export interface WatchedServer {
  readonly id: string;
  readonly handle: string;
  readonly status: ServerStatus;
  readonly care: Care;
  readonly handsOff: boolean;
  /** Its own, or its group's. */
  readonly mode: RecoveryMode;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly providerAccount: string;
  readonly region: string | null;
  readonly address: string | null;
  readonly port: number;
  readonly jumpHost: string | null;
  /** A login (verified key or password) is known; else it is watched by ping and TCP only. */
  readonly hasLogin: boolean;
  readonly expectations: Expectations;
  readonly services: readonly WatchedService[];
  readonly underMaintenance: boolean;
  /** An operation is under way: its trouble is expected. */
  readonly busy: boolean;
  readonly health: TargetHealth | null;
  /** Ids of its open incidents by type. */
  readonly openIncidents: Readonly<Record<string, string>>;
}
