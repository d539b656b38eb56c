import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { type SweepWindow, sweepWindow } from '../sweep-window.ts';
import { createWatchStage } from '../watch-stage.ts';

/** From the largest on, so that all are watched by a process that has warmed up. */
const SIZES = [5000, 1000, 100] as const;
const INTERVAL_S = 60;
const WINDOW_S = 240;
const SETTLE_MS = 90_000;

/** What a check costs in a large fleet, against small ones. */
export const growth: Figure = {
  name: 'sweep_cpu_growth',
  unit: 'times',
  target: 1.3,
  peer: 'none: the same agent with fewer servers',
  realHosts: false,
  async measure(say, signal) {
    const stage = await createWatchStage(SIZES[0], {}, signal);
    const watch = async (size: number) => {
      await stage.watchOnly(size);
      await sleep(SETTLE_MS, undefined, { signal });
      const bounds = { seconds: WINDOW_S, intervalMs: INTERVAL_S * 1000 };
      const seen = await sweepWindow(stage, stage.hosts.slice(0, size), bounds, signal);
      say(`${size} servers: ${seen.share.toFixed(2)} % of a core, ${seen.checks} checks`);
      return { size, seen };
    };
    try {
      const windows: { size: number; seen: SweepWindow }[] = [];
      for (const size of SIZES) windows.push(await watch(size));
      const idle = (await watch(0)).seen.share;
      const costs = windows.map(({ size, seen }) => ({
        size,
        ms: (seen.msPerCheck * (seen.share - idle)) / seen.share,
      }));
      const ms = costs.map((one) => one.ms);
      const line = costs.map((one) => `${one.ms.toFixed(2)} ms at ${one.size}`).join(', ');
      say(`per check: ${line}`);
      return {
        value: Math.max(...ms) / Math.min(...ms),
        samples: ms,
        conditions: `processor time of the worker per check with every tenth a fresh login, ${INTERVAL_S} s interval, ${WINDOW_S} s each, without what it takes when it watches nothing (${idle.toFixed(2)} % of a core): ${line}; dearest against cheapest`,
      };
    } finally {
      await stage.remove();
    }
  },
};
