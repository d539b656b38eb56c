import { setTimeout as sleep } from 'node:timers/promises';
import type { HostState } from '#simulators/fleet/host.ts';
import type { WatchedHost, WatchStage } from './watch-stage.ts';

export interface Failure {
  readonly host: WatchedHost;
  readonly net: HostState['net'];
  /** Milliseconds since 1970. */
  readonly at: number;
}
export interface Found extends Failure {
  readonly type: string;
  /** When the incident was opened, milliseconds since 1970. */
  readonly detectedAt: number;
}

/** So many failures at once are what this is about, not a mass failure. */
export const NO_BREAKER = {
  ...{ BREAKER_FLOOR: '1000', BREAKER_PERCENT: '100', BREAKER_CEILING: '100000' },
} as const;

/** Breaks one host after the other; `choose` names the next one when its turn has come. */
export async function failOneByOne(
  { fleet }: Pick<WatchStage, 'fleet'>,
  count: number,
  everyMs: number,
  choose: (turn: number, now: number) => WatchedHost,
  signal: AbortSignal,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let turn = 0; turn < count; turn++) {
    const started = Date.now();
    const host = choose(turn, started);
    const net = turn % 2 === 0 ? 'refuse' : 'swallow';
    await fleet.change(host.at, { net });
    failures.push({ host, net, at: Date.now() });
    await sleep(Math.max(0, started + everyMs - Date.now()), undefined, { signal });
  }
  return failures;
}

/** Waits until each has its incident. */
export function incidentsOf(
  { agent, db }: Pick<WatchStage, 'agent' | 'db'>,
  failures: readonly Failure[],
  seconds: number,
): Promise<Found[]> {
  return agent.until(`${failures.length} incidents`, seconds, async () => {
    const { rows } = await db.query<{ target: string; type: string; detected_at: Date }>(
      'SELECT target, type, detected_at FROM incident ORDER BY detected_at DESC',
    );
    // The first one of each: a blocked port may turn into a dead host later.
    const first = new Map(rows.map((row) => [row.target, row]));
    const found = failures.flatMap((failure) => {
      const row = first.get(failure.host.handle);
      return row ? [{ ...failure, type: row.type, detectedAt: row.detected_at.getTime() }] : [];
    });
    return found.length === failures.length && found;
  });
}
