import { createAgent } from '../agent.ts';
import { type Figure, median } from '../figure.ts';

const STARTS = 5;

/** A further `npm start`, until healthz answers 200. */
export const warmStart: Figure = {
  name: 'warm_start_s',
  unit: 's',
  target: 5,
  peer: 'none',
  realHosts: false,
  async measure(say, signal) {
    const agent = await createAgent(['npm', 'start', '--silent'], {}, signal);
    try {
      say(`first start: ${(await agent.start()).seconds.toFixed(2)} s`);
      await agent.stop();
      const samples: number[] = [];
      for (let start = 0; start < STARTS; start++) {
        samples.push((await agent.start()).seconds);
        await agent.stop();
      }
      return {
        value: median(samples),
        samples,
        conditions: `npm start after a clean stop, everything installed and built, embedded PostgreSQL and Redis, ${STARTS} starts`,
      };
    } finally {
      await agent.remove();
    }
  },
};
