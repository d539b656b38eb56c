import type { FleetPicture } from '../fleet.ts';
import type {
  HealthSample,
  PlacedService,
  TargetHealth,
  WatchedServer,
  WatchedService,
} from '../health/target.ts';
import type { Page, Paging } from './paging.ts';

/** Uptime and latency over one check, hour or day; unknown time counts neither way. */
export interface HealthBucket {
  readonly from: Date;
  readonly checks: number;
  readonly good: number;
  readonly bad: number;
  readonly unknown: number;
  readonly latencyMs: { readonly avg: number; readonly max: number } | null;
}

export interface HealthRepository {
  /**
   * Servers of one shard (a stable hash of the server's id, modulo `shards`) that are watched or
   * managed and in ready, in_use, error or maintenance, and every target of an open incident.
   */
  watched(shard: number, shards: number): Promise<readonly WatchedServer[]>;
  /**
   * The same for those who know their condition already (`health` may be null); null while nothing
   * of it differs from the answer whose digest is `known`.
   */
  watchedSince(
    shard: number,
    shards: number,
    known: string | null,
  ): Promise<{ readonly digest: string; readonly servers: readonly WatchedServer[] } | null>;
  /** One batch: conditions upserted, samples added, `server.last_health_check` set. */
  write(
    rows: readonly { readonly health: TargetHealth; readonly sample: HealthSample }[],
  ): Promise<void>;
  target(serverId: string): Promise<TargetHealth | null>;
  /** Servers with a miss since `since` that no good check has answered, beside the totals. */
  picture(since: Date): Promise<FleetPicture>;
  /** Replaces what is checked of a server's services (by name). */
  setServices(serverId: string, services: readonly Omit<WatchedService, 'id'>[]): Promise<void>;
  /** What is checked of a server's services, by name. */
  services(serverId: string): Promise<readonly WatchedService[]>;
  /** Services with what is known of them, by server and name; of one server where one is named. */
  placedServices(filter: { serverId?: string }, paging: Paging): Promise<Page<PlacedService>>;
  history(
    serverId: string,
    range: { readonly from: Date; readonly until: Date; readonly by: 'check' | 'hour' | 'day' },
  ): Promise<readonly HealthBucket[]>;
  /** Good checks among good and bad ones, 0 to 100; null where nothing was measured. */
  uptimePercent(serverId: string, since: Date): Promise<number | null>;
  /** Rolls finished hours and days up, makes the partitions of the next days, drops old ones. */
  rollUp(
    now: Date,
    keep: { readonly samplesDays: number; readonly hoursDays: number; readonly daysDays: number },
  ): Promise<void>;
  /** When each witness last answered. */
  witnesses(): Promise<Readonly<Record<string, Date>>>;
  witnessed(names: readonly string[], at: Date): Promise<void>;
}
