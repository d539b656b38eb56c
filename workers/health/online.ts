import { toOpsError } from '#domain/errors.ts';
import { judgeOnline, subnetOf } from '#domain/health/online.ts';
import type { Witness } from '#domain/health/probes.ts';
import type { Clock, HeldLease, Leases, Logger, Metrics } from '#domain/ports.ts';
import type { FleetRepository, HealthRepository, OutboxRepository } from '#domain/repositories.ts';
import { askWitnesses } from './witnesses.ts';

const ASK_MS = 2000;
/** Answers that are younger are good enough for the next verdict. */
const FRESH_MS = 3000;
const REFRESH_MS = 60_000;
/** Between two looks whether we are back. */
const BLIND_MS = 10_000;
/** Held by a worker that is blind: nobody else says for it that the network is back. */
const BLIND_LEASE = 'health:blind';

export interface OnlineDeps {
  readonly witnesses: readonly Witness[];
  readonly health: Pick<HealthRepository, 'witnesses' | 'witnessed'>;
  readonly fleet: Pick<FleetRepository, 'state' | 'setBlind'>;
  readonly outbox: OutboxRepository;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly intervalMs: number;
  /** Called when it turns out that we cannot see. */
  readonly onBlind: () => void;
}

/** Knows whether it is us who are offline, and says so when we are back. */
export function createOnline(deps: OnlineDeps) {
  const { witnesses, health, fleet, outbox, clock, log, metrics } = deps;
  /** When a server of each network last answered. */
  const paths = new Map<string, number>();
  let lastAnswers = new Map<string, Date>();
  let blindSince: Date | null = null;
  let lease: HeldLease | null = null;
  let asked: { readonly at: number; readonly answering: Promise<ReadonlySet<string>> } | null =
    null;
  const never = new AbortController().signal;

  const judge = (answering: ReadonlySet<string>, since: Date) => {
    const now = clock.now();
    const from = Math.max(since.getTime(), now.getTime() - deps.intervalMs);
    const seen = [...paths].filter(([, at]) => at >= from && at <= now.getTime());
    const answers = witnesses.map(({ name }) => ({
      ...{ name, answered: answering.has(name), lastAnswerAt: lastAnswers.get(name) ?? null },
    }));
    return judgeOnline(answers, new Set(seen.map(([path]) => path)), now);
  };

  /** Asked again only when the answers are old; ends as soon as they are enough to be online. */
  function ask(since: Date, freshMs = FRESH_MS): Promise<'online' | 'offline'> {
    const now = clock.now().getTime();
    if (asked === null || now - asked.at > freshMs || now < asked.at) {
      const bounds = { deadlineMs: ASK_MS, signal: never };
      const enough = (some: ReadonlySet<string>) => judge(some, clock.now()) === 'online';
      asked = { at: now, answering: askWitnesses(witnesses, bounds, enough) };
    }
    return asked.answering.then((answering) => judge(answering, since));
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    const bounds = { deadlineMs: ASK_MS, signal };
    const answering = await askWitnesses(witnesses, bounds, () => false);
    const now = clock.now();
    for (const name of answering) lastAnswers.set(name, now);
    metrics.gauge('zavhoz_witnesses_answering', answering.size);
    if (answering.size > 0) await health.witnessed([...answering], now);
    lastAnswers = new Map([...lastAnswers, ...Object.entries(await health.witnesses())]);
    // Where nobody ever answered there is no sight to lose: only a verdict needs to know more.
    const everSaw = lastAnswers.size > 0 || paths.size > 0;
    if (!everSaw || judge(answering, new Date(0)) === 'online') return;
    // One unlucky moment is no outage: it takes two looks.
    await clock.sleep(FRESH_MS, signal);
    if ((await ask(now, 0)) === 'offline') await goBlind(now);
  }

  async function goBlind(since: Date): Promise<void> {
    if (blindSince !== null) return;
    blindSince = since;
    log.warn({ since }, 'the witnesses do not answer: it is us who are offline');
    metrics.gauge('zavhoz_blind', 1);
    deps.onBlind();
    await tellFleet(since);
  }

  /** The database may be as far away as everything else; then it is told by the next look. */
  async function tellFleet(since: Date): Promise<void> {
    try {
      lease ??= await deps.leases.take(BLIND_LEASE);
      if ((await fleet.state()).blindSince === null) await fleet.setBlind(since);
    } catch (error) {
      log.debug({ error: toOpsError(error).message }, 'blindness was not recorded');
    }
  }

  /** One message names the interval; the key makes it one, whoever else is back as well. */
  async function seeAgain(): Promise<void> {
    const from = (await fleet.state()).blindSince ?? blindSince;
    const until = clock.now();
    if (from !== null) {
      const seconds = Math.max(0, Math.round((until.getTime() - from.getTime()) / 1000));
      await outbox.enqueue({
        dedupeKey: `blind:${from.getTime()}`,
        ...{ severity: 'warning', kind: 'blind_interval', serverHandle: null, operationId: null },
        params: { from: from.toISOString(), until: until.toISOString(), seconds },
      });
      log.warn({ from, until }, 'the witnesses answer again');
    }
    await fleet.setBlind(null);
    blindSince = null;
    metrics.gauge('zavhoz_blind', 0);
    await lease?.release();
    lease = null;
  }

  /** Back, or left behind by a worker that is no more. */
  async function lookAgain(): Promise<void> {
    if (blindSince === null) {
      if ((await fleet.state()).blindSince === null) return;
      lease = await deps.leases.take(BLIND_LEASE);
      if (lease === null) return;
    }
    if ((await ask(clock.now())) === 'online') return seeAgain();
    if (blindSince !== null) return tellFleet(blindSince);
    await lease?.release();
    lease = null;
  }

  return {
    ask,
    goBlind,
    get blind() {
      return blindSince !== null;
    },
    /** A server of ours answered: it is a witness too. */
    answered(address: string | null, at: Date): void {
      if (address !== null) paths.set(subnetOf(address), at.getTime());
    },
    async run(signal: AbortSignal): Promise<void> {
      let refreshAt = 0;
      while (!signal.aborted) {
        try {
          const now = clock.now().getTime();
          if (blindSince === null && (now >= refreshAt || refreshAt > now + REFRESH_MS)) {
            refreshAt = now + REFRESH_MS;
            await refresh(signal);
          }
          await lookAgain();
        } catch (error) {
          if (!signal.aborted) log.warn({ error: toOpsError(error).message }, 'witnesses');
        }
        await clock.sleep(BLIND_MS, signal).catch(() => undefined);
      }
      await lease?.release();
    },
  };
}
export type Online = ReturnType<typeof createOnline>;
