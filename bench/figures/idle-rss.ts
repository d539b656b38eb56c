import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '#app/places.ts';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { createAgent } from '../agent.ts';
import { type Figure, median } from '../figure.ts';
import { residentMb } from '../processes.ts';
import { startProvider } from '../provider.ts';

const SERVERS = 1000;
const SETTLE_MS = 30_000;
const LOOKS = 10;
const LOOK_MS = 3000;

/** Resident memory of supervisor, API, bot and worker, which know many servers and do nothing. */
export const idleRss: Figure = {
  name: 'idle_rss_mb',
  unit: 'MB',
  target: 350,
  peer: 'none: three Node processes that do nothing at all take about 130',
  realHosts: false,
  async measure(say, signal) {
    const provider = await startProvider({ servers: SERVERS });
    const telegram = await startTelegramServer();
    const agent = await createAgent(
      [process.execPath, join(root, 'dist', 'app', 'main.js')],
      {
        ...provider.env,
        TELEGRAM_API_ROOT: telegram.apiRoot,
        TELEGRAM_BOT_TOKEN: telegram.token,
      },
      signal,
    );
    try {
      await agent.start();
      await agent.until(`${SERVERS} servers to be known`, 60, async () => {
        const { body } = await agent.api<{ total: number }>('GET', '/api/servers?limit=1');
        return body.total >= SERVERS;
      });
      await sleep(SETTLE_MS, undefined, { signal });
      const samples: number[] = [];
      let parts: number[] = [];
      for (let look = 0; look < LOOKS; look++) {
        parts = agent.nodePids().map(residentMb);
        samples.push(parts.reduce((sum, part) => sum + part, 0));
        await sleep(LOOK_MS, undefined, { signal });
      }
      say(`parts: ${parts.map(Math.round).join(' + ')} MB`);
      return {
        value: median(samples),
        samples,
        conditions: `${parts.length} processes (supervisor, API with bot, worker), ${SERVERS} servers known, ${SETTLE_MS / 1000} s after the first sync; pages shared between them counted for each; PostgreSQL and Redis not counted`,
      };
    } finally {
      await agent.remove();
      await provider.sim.stop();
      await telegram.close();
    }
  },
};
