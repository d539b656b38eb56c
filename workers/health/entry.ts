import { GOODS_TO_CLOSE, untold } from '#domain/health/advance.ts';
import { type Fault, NO_STREAKS, type Streaks } from '#domain/health/faults.ts';
import { nextSlot } from '#domain/health/slots.ts';
import type { TargetHealth, WatchedServer } from '#domain/health/target.ts';
import type { IncidentType } from '#domain/incident.ts';
import { hasLadder } from '#domain/ladder.ts';

/** A server of ours between two looks. */
export interface Entry {
  server: WatchedServer;
  readonly shard: number;
  health: TargetHealth;
  streaks: Streaks;
  /** Its next turn, and an extra look before it (ms since 1970; infinite: none). */
  slotAt: number;
  extraAt: number;
  extra: 'quick' | 'early';
  inFlight: boolean;
  /** Answered over SSH in this process: a connection is kept, a look needs no handshake. */
  connected: boolean;
  /** When its first login may begin, once it had to wait for a place. */
  placeAt: number | null;
  /** A fresh login is due that the budget of handshakes had no room for. */
  owesFresh: boolean;
  /** Open incidents by type, as far as we know: what we opened ourselves is in it at once. */
  open: Partial<Record<IncidentType, string>>;
  /** Incidents whose message and recovery this process has seen to. */
  readonly seenTo: Set<string>;
  /** Misses in a row in which nothing answered at all. */
  silent: number;
  /** It is well in spite of its status `error`, and all that follows from that was done. */
  settledError: boolean;
  /** The ladder gave it up: nothing more until it was well once. */
  handedOver: boolean;
  /** Faults that the ladder gave up: nothing more until they were gone once. */
  readonly givenUp: Set<Fault>;
  /** Its verdict is being dealt with. */
  atDesk: boolean;
  /** Our shard is gone: what still comes back is dropped. */
  dropped: boolean;
}

export function createEntry(
  server: WatchedServer,
  shard: number,
  intervalMs: number,
  now: Date,
): Entry {
  return {
    ...{ server, shard, health: server.health ?? untold(server.id, now), streaks: NO_STREAKS },
    slotAt: nextSlot(server.id, intervalMs, now.getTime()),
    ...{ extraAt: Number.POSITIVE_INFINITY, extra: 'quick', inFlight: false },
    ...{ connected: false, placeAt: null, owesFresh: false, open: { ...server.openIncidents } },
    ...{
      seenTo: new Set(),
      givenUp: new Set(),
      silent: 0,
      settledError: false,
      handedOver: false,
      atDesk: false,
      dropped: false,
    },
  };
}

/** What keeps the server itself from counting as well, in the order of their weight. */
export const DOWN_TYPES = ['server_unreachable', 'ssh_blocked', 'suspended'] as const;

export const hasDownIncident = ({ open }: Pick<Entry, 'open'>): boolean =>
  DOWN_TYPES.some((type) => open[type] !== undefined);

/** Something is open that a recovery may work on. */
export const isRecoverable = ({ open }: Pick<Entry, 'open'>): boolean =>
  (Object.keys(open) as IncidentType[]).some(hasLadder);

/** Nothing was opened or closed here since it was read. */
export function isAsRead({ open, server: { openIncidents } }: Entry): boolean {
  const types = Object.keys(open) as IncidentType[];
  const asMany = types.length === Object.keys(openIncidents).length;
  return asMany && types.every((type) => open[type] === openIncidents[type]);
}

/** When it is up next, and for what. */
export const dueAt = ({ slotAt, extraAt }: Entry): number => Math.min(slotAt, extraAt);

/** An incident waits for good fresh logins: those come first, and quickly. */
export function isClosing(entry: Entry): boolean {
  const { server, health, settledError } = entry;
  if (health.misses > 0) return false;
  const open = hasDownIncident(entry) || (server.status === 'error' && !settledError);
  return open && health.freshGoods <= 2 * GOODS_TO_CLOSE;
}
