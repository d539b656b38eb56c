import { subnetOf } from '#domain/health/online.ts';
import type { Entry } from './entry.ts';

/** Neighbours that are looked at out of turn, in one window: fewer than the handshakes of it. */
const MOST = 25;
const WINDOW_MS = 5000;
/** What was looked at since then is as good as now. */
const RECENT_MS = 5000;

/** 0: the nearest kin, what most likely failed of the same cause. */
function distance(a: Entry, b: Entry): number {
  const [one, other] = [a.server, b.server];
  if (one.address && other.address && subnetOf(one.address) === subnetOf(other.address)) return 0;
  if (one.region !== null && one.region === other.region) return 1;
  return one.providerAccount === other.providerAccount ? 2 : 3;
}

/**
 * When a server misses, others are looked at before their turn: so that the picture is whole when
 * the miss is confirmed, and a mass failure of a small fleet is seen before its first verdict.
 */
export function createEarlyLooks() {
  let windowFrom = Number.NEGATIVE_INFINITY;
  let used = 0;
  return function choose(failing: Entry, all: Iterable<Entry>, now: number): readonly Entry[] {
    if (now - windowFrom >= WINDOW_MS || now < windowFrom) {
      windowFrom = now;
      used = 0;
    }
    const room = MOST - used;
    if (room <= 0) return [];
    const rings: Entry[][] = [[], [], [], []];
    for (const entry of all) {
      const last = entry.health.lastCheckAt?.getTime() ?? 0;
      const fits = entry !== failing && !entry.inFlight && entry.health.misses === 0;
      if (fits && now - last >= RECENT_MS) rings[distance(failing, entry)]?.push(entry);
    }
    const chosen = rings.flat().slice(0, room);
    used += chosen.length;
    return chosen;
  };
}
