import { setTimeout as sleep } from 'node:timers/promises';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { failOneByOne, incidentsOf, NO_BREAKER } from '../fail-one-by-one.ts';
import { type Figure, percentile } from '../figure.ts';
import { createWatchStage } from '../watch-stage.ts';

const SERVERS = 200;
const FAILURES = 40;
const INTERVAL_S = 10;
/**
 * No round number: the outbox is looked into several times a second. Far enough apart that few come
 * within a second of each other: one chat takes one message a second, and that wait is Telegram's.
 */
const EVERY_MS = 7321;
const ADMIN = 4242;
const SETTLE_MS = 5000;

/** From the row of an incident until Telegram is asked to send its message. */
export const alert: Figure = {
  name: 'alert_ms',
  unit: 'ms',
  target: 1000,
  peer: 'none',
  realHosts: false,
  async measure(say, signal) {
    const telegram = await startTelegramServer();
    try {
      const env = {
        ...NO_BREAKER,
        HEALTH_CHECK_INTERVAL: String(INTERVAL_S),
        // Above it messages are combined, which is not what is measured.
        NOTIFICATION_RATE_LIMIT: '1000',
        TELEGRAM_API_ROOT: telegram.apiRoot,
        TELEGRAM_BOT_TOKEN: telegram.token,
        ADMIN_TELEGRAM_IDS: String(ADMIN),
      };
      const stage = await createWatchStage(SERVERS, env, signal);
      try {
        // One of three: they share networks with others that are well.
        const choose = (turn: number) => {
          const host = stage.hosts[turn * 3];
          if (host === undefined) throw new Error('too few servers');
          return host;
        };
        const failures = await failOneByOne(stage, FAILURES, EVERY_MS, choose, signal);
        const found = await incidentsOf(stage, failures, 120);
        await sleep(SETTLE_MS, undefined, { signal });
        const samples = found.map(({ host, detectedAt }) => {
          const name = new RegExp(`\\b${host.handle}\\b`);
          const call = telegram.calls.find(
            ({ method, payload }) => method === 'sendMessage' && name.test(String(payload.text)),
          );
          if (call === undefined) throw new Error(`nothing was said about ${host.handle}`);
          return call.at - detectedAt;
        });
        const [p50, p95] = [percentile(samples, 0.5), percentile(samples, 0.95)];
        say(`worst ${Math.max(...samples)} ms of ${samples.length}`);
        return {
          ...{ p50, p95, samples },
          conditions: `${FAILURES} incidents of ${SERVERS} servers in watch, one every ${EVERY_MS} ms, checks every ${INTERVAL_S} s; thresholds of the breaker and of the rate limit raised; simulated Telegram on loopback; worst ${Math.max(...samples)} ms`,
        };
      } finally {
        await stage.remove();
      }
    } finally {
      await telegram.close();
    }
  },
};
