import { type Figure, percentile } from '../figure.ts';
import { sweepWindow } from '../sweep-window.ts';
import { createWatchStage } from '../watch-stage.ts';

const SERVERS = 5000;
const INTERVAL_S = 60;
const WINDOWS = 5;
const SHARE = 20;
const RSS_MB = 700;
const LATE_S = 5;

/** What a worker takes that watches a large fleet in which all is well. */
export const sweepCpuShare: Figure = {
  name: 'sweep_5000_cpu_share',
  unit: '% of a core',
  target: SHARE,
  peer: 'none',
  realHosts: false,
  async measure(say, signal) {
    say(`${SERVERS} servers start and are logged into, 20 a second`);
    const stage = await createWatchStage(SERVERS, {}, signal);
    try {
      const windows = [];
      for (let turn = 0; turn <= WINDOWS; turn++) {
        const bounds = { seconds: INTERVAL_S, intervalMs: INTERVAL_S * 1000 };
        const one = await sweepWindow(stage, stage.hosts, bounds, signal);
        say(
          `${one.share.toFixed(1)} %, ${one.rss.toFixed(0)} MB, ${one.checks} checks, ${one.logins} logins`,
        );
        // The first one still holds the end of the beginning.
        if (turn > 0) windows.push(one);
      }
      const late = windows.flatMap((one) => one.late);
      const worst = Math.max(...late) / 1000;
      const rss = Math.max(...windows.map((one) => one.rss));
      const shares = windows.map(({ share }) => share);
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      const met = (good: boolean) => (good ? 'met' : 'MISSED');
      const lines = [
        `resident memory at most ${rss.toFixed(0)} MB (≤ ${RSS_MB}: ${met(rss <= RSS_MB)})`,
        `latest check ${worst.toFixed(2)} s after its slot (≤ ${LATE_S}: ${met(worst <= LATE_S)}), p99 ${(percentile(late, 0.99) / 1000).toFixed(2)} s, of ${late.length} slots`,
      ];
      for (const line of lines) say(line);
      const logins = windows.reduce((sum, one) => sum + one.logins, 0);
      const checks = windows.reduce((sum, one) => sum + one.checks, 0);
      return {
        value: mean,
        samples: shares,
        conditions: `${SERVERS} simulated servers that speak SSH in a process of their own, each checked every ${INTERVAL_S} s by the worker role with all that it does besides, PostgreSQL real, ${WINDOWS} minutes after all were connected, ${checks} checks with ${logins} fresh logins; ${lines.join('; ')}`,
      };
    } finally {
      await stage.remove();
    }
  },
};
