import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, percentile } from '../figure.ts';
import { createMemoryStage } from '../memory-stage.ts';

const SAMPLES = 100;
/** Short enough that the rebuilds ordered before are still under way. */
const APART_MS = 1000;

/** From the answer to the PATCH until the provider is first asked about that server. */
export const forceRebuildToProvider: Figure = {
  name: 'force_rebuild_to_provider_ms',
  unit: 'ms',
  target: 300,
  peer: 'none: a queue polled once a second would take 500 at the median',
  realHosts: false,
  async measure(say, signal) {
    const stage = await createMemoryStage(SAMPLES, signal);
    try {
      await stage.start(100);
      await stage.allKnown();
      const orders: { id: number; answeredAt: number }[] = [];
      for (const id of stage.ids) {
        const sent = Date.now();
        const { answeredAt } = await stage.rebuild(id);
        orders.push({ id, answeredAt });
        if (orders.length % 25 === 0) say(`${orders.length} of ${SAMPLES}`);
        await sleep(Math.max(0, sent + APART_MS - Date.now()), undefined, { signal });
      }
      const firstCall = (id: number) => stage.sim.records().find((call) => call.serverId === id);
      await stage.agent.until('the provider to be asked about each server', 60, async () =>
        orders.every(({ id }) => firstCall(id) !== undefined),
      );
      // The work may begin before the answer has arrived.
      const samples = orders.map(({ id, answeredAt }) =>
        Math.max(0, Date.parse(firstCall(id)?.at ?? '') - answeredAt),
      );
      return {
        p50: percentile(samples, 0.5),
        p95: percentile(samples, 0.95),
        samples,
        conditions: `${SAMPLES} servers in memory, one PATCH each ${APART_MS} ms, earlier rebuilds still under way; HTTP provider, embedded PostgreSQL and Redis`,
      };
    } finally {
      await stage.remove();
    }
  },
};
