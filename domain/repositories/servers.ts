import type { ProviderServer } from '../provider.ts';
import type { RecoveryMode } from '../recovery.ts';
import type { Care, Connection, Server, ServerStatus } from '../server.ts';
import type { Mover } from '../server-status.ts';
import type { Page, Paging } from './paging.ts';

export interface ServerFilter {
  readonly status?: readonly ServerStatus[];
  readonly provider?: string;
  readonly group?: string;
  readonly care?: readonly Care[];
  readonly label?: string;
  readonly search?: string;
  /** The beginning of a handle, or the whole of the provider's id: how people name a server. */
  readonly named?: string;
}
export interface ServerPatch {
  readonly notes?: string;
  readonly care?: Care;
  readonly handsOff?: boolean;
  readonly group?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly mode?: RecoveryMode | null;
  readonly rebuildable?: boolean;
  /** Where it stands, in its owner's words; what its provider's list says counts more. */
  readonly region?: string | null;
  readonly connection?: Partial<Connection>;
}
export interface SyncOutcome {
  readonly added: readonly Server[];
  readonly missing: readonly Server[];
  readonly returned: readonly Server[];
}

export interface ServerRepository {
  find(handle: string): Promise<Server | null>;
  /** By `Server.id`, as buttons carry it; null also for what is no UUID. */
  byId(id: string): Promise<Server | null>;
  /** Throws `not_found`. */
  require(handle: string): Promise<Server>;
  list(filter: ServerFilter, paging: Paging): Promise<Page<Server>>;
  countByStatus(): Promise<Readonly<Partial<Record<ServerStatus, number>>>>;
  /** A server entered by hand (provider manual or script). Throws `conflict` when the handle is taken. */
  create(input: {
    readonly handle: string;
    readonly providerAccount: string;
    readonly providerRef: string;
    readonly connection: Connection;
    readonly care: Care;
    readonly group?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly notes?: string;
    readonly region?: string | null;
    readonly by: string;
  }): Promise<Server>;
  update(handle: string, patch: ServerPatch, by: string): Promise<Server>;
  /** Compare-and-set through the table of legal transitions, under the row's lock. */
  transition(handle: string, to: ServerStatus, mover: Mover, by: string): Promise<Server>;
  /**
   * Upserts one account's list by (account, ref). A listed server that vanished becomes unreachable
   * only after `missesAllowed` lists in a row and never when the list lost half of them (and more than one) at once.
   */
  sync(
    account: { readonly name: string; readonly provider: string },
    listed: readonly ProviderServer[],
    options: { readonly managedRefs: ReadonlySet<string>; readonly missesAllowed: number },
  ): Promise<SyncOutcome>;
  setFacts(
    handle: string,
    facts: {
      os?: string | null;
      ipv4?: string | null;
      ipv6?: string | null;
      region?: string | null;
      lastHealthCheck?: Date;
    },
  ): Promise<void>;
}
