import { judgeReading } from '#domain/health/judge.ts';
import { createOwnClock } from '#domain/health/own-clock.ts';
import type { HostProbe, OutsideProbe } from '#domain/health/probes.ts';
import type { HostCheck, HostReading } from '#domain/health/reading.ts';
import type { HealthReport } from '#domain/health/report.ts';
import type { WatchedServer } from '#domain/health/target.ts';
import type { Clock } from '#domain/ports.ts';
import type { SshTarget } from '#domain/remote.ts';

/** How long what a login needs (keys, host keys, jump hosts) is taken for true. */
const TARGET_MS = 3_600_000;

export interface CheckDeps {
  readonly hosts: HostProbe;
  readonly outside: OutsideProbe;
  /** What logs into a server now; null: nothing does. Throws where its data make no sense. */
  readonly targetOf: (handle: string) => Promise<SshTarget | null>;
  readonly clock: Clock;
}

export interface CheckOptions {
  readonly fresh: boolean;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface Checked {
  readonly check: HostCheck;
  readonly report: HealthReport | null;
}

/** One look at one server: over SSH where a login is known, from outside where none is. */
export function createCheck({ hosts, outside, targetOf, clock }: CheckDeps) {
  const targets = new Map<string, { readonly target: SshTarget | null; readonly until: number }>();
  const ownClock = createOwnClock();

  /** Its clock without what is wrong with ours. */
  function itsOwn(handle: string, reading: HostReading): HostReading {
    const { clock: seen } = reading;
    if (seen.offsetMs === null) return reading;
    return { ...reading, clock: { ...seen, offsetMs: ownClock.corrected(handle, seen.offsetMs) } };
  }

  async function targetFor({ handle, address, port, hasLogin }: WatchedServer) {
    if (!hasLogin || address === null) return null;
    const known = targets.get(handle);
    const now = clock.now().getTime();
    const moved = known?.target && (known.target.host !== address || known.target.port !== port);
    const fits = known && !moved && known.until > now && known.until <= now + TARGET_MS;
    if (fits) return known.target;
    const target = await targetOf(handle);
    targets.set(handle, { target, until: now + TARGET_MS });
    return target;
  }

  async function fromOutside(server: WatchedServer, options: CheckOptions): Promise<HostCheck> {
    const started = clock.now().getTime();
    const { address, port } = server;
    const base = { reading: null, fresh: true };
    // Its provider has not said yet where it is.
    if (address === null)
      return { ...base, outcome: 'no_path', latencyMs: 0, message: 'It has no address.' };
    const { deadlineMs, signal } = options;
    const alive =
      (await outside.ping(address, { deadlineMs, signal })) ||
      (await outside.service(address, { kind: 'tcp', port }, options)).state === 'ok';
    return {
      ...{ ...base, outcome: alive ? 'answered' : 'unreachable' },
      latencyMs: clock.now().getTime() - started,
      message: alive ? '' : 'Nothing answers.',
    };
  }

  return {
    async look(server: WatchedServer, options: CheckOptions): Promise<Checked> {
      const target = await targetFor(server);
      if (target === null) return { check: await fromOutside(server, options), report: null };
      const check = await hosts.check(target, options);
      // Keys and host keys change under our feet when somebody provisions it: looked up anew.
      if (check.outcome !== 'answered') targets.delete(server.handle);
      const reading = check.reading && itsOwn(server.handle, check.reading);
      return { check, report: reading && judgeReading(reading, server.expectations) };
    },
    forget(handle: string): void {
      ownClock.forget(handle);
      targets.delete(handle);
      hosts.drop(handle);
    },
  };
}
export type Check = ReturnType<typeof createCheck>;
