import { setTimeout as sleep } from 'node:timers/promises';
import { nextSlot } from '#domain/health/slots.ts';
import { processorMs, residentMb } from './processes.ts';
import type { WatchedHost, WatchStage } from './watch-stage.ts';

/** What a worker took while it watched for a while. */
export interface SweepWindow {
  readonly checks: number;
  readonly logins: number;
  /** Of one core, in percent. */
  readonly share: number;
  readonly msPerCheck: number;
  /** Highest of what was seen, in MB. */
  readonly rss: number;
  /** Milliseconds from each slot until the host got its check; infinite for one that was left out. */
  readonly late: readonly number[];
}

const LOOK_MS = 2000;
/** A slot this close to the end of the window may be served after it. */
const TAIL_MS = 10_000;

/** `hosts` are those that are watched now. */
export async function sweepWindow(
  { fleet, worker }: Pick<WatchStage, 'fleet' | 'worker'>,
  hosts: readonly WatchedHost[],
  { seconds, intervalMs }: { readonly seconds: number; readonly intervalMs: number },
  signal: AbortSignal,
): Promise<SweepWindow> {
  const pid = worker();
  const before = await fleet.seen();
  const [from, cpuBefore] = [Date.now(), processorMs(pid)];
  let rss = 0;
  while (Date.now() < from + seconds * 1000) {
    await sleep(Math.min(LOOK_MS, from + seconds * 1000 - Date.now()), undefined, { signal });
    rss = Math.max(rss, residentMb(pid));
  }
  const [until, cpu] = [Date.now(), processorMs(pid) - cpuBefore];
  const { checks, logins } = await fleet.seen();
  if (worker() !== pid) throw new Error('the worker was started again');
  return {
    ...{ checks: checks.length, logins: logins - before.logins, rss },
    share: (100 * cpu) / (until - from),
    msPerCheck: cpu / checks.length,
    late: lateness(hosts, checks, { from, until: until - TAIL_MS, intervalMs }),
  };
}

function lateness(
  hosts: readonly WatchedHost[],
  checks: readonly (readonly [at: number, host: number])[],
  { from, until, intervalMs }: { from: number; until: number; intervalMs: number },
): number[] {
  const times = new Map<number, number[]>(hosts.map(({ at }) => [at, []]));
  for (const [at, host] of checks) times.get(host)?.push(at);
  return hosts.flatMap(({ id, at }) => {
    const late: number[] = [];
    const seen = times.get(at) ?? [];
    for (let slot = nextSlot(id, intervalMs, from); slot <= until; slot += intervalMs) {
      const served = seen.find((time) => time >= slot && time < slot + intervalMs);
      late.push((served ?? Number.POSITIVE_INFINITY) - slot);
    }
    return late;
  });
}
