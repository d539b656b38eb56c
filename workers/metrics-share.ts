import { Redis } from 'ioredis';
import type { Logger } from '#domain/ports.ts';

const PREFIX = 'zavhoz:metrics:';
const EVERY_MS = 5000;
/** A process that has said nothing for this long is gone, and its figures with it. */
const TTL_SECONDS = 30;

const connect = (redisUrl: string, log: Logger) => {
  const redis = new Redis(redisUrl, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: 2000,
  });
  redis.on('error', (error) => log.debug({ error: error.message }, 'redis connection'));
  return redis;
};

/** Puts this process's figures where the process that serves /metrics finds them. */
export function shareMetrics({
  redisUrl,
  metrics,
  name,
  log,
}: {
  redisUrl: string;
  metrics: { snapshot(): Promise<unknown> };
  name: string;
  log: Logger;
}) {
  const redis = connect(redisUrl, log);
  const share = async () => {
    const figures = JSON.stringify(await metrics.snapshot());
    await redis.set(`${PREFIX}${name}`, figures, 'EX', TTL_SECONDS);
  };
  const timer = setInterval(() => share().catch(() => undefined), EVERY_MS);
  timer.unref();
  return {
    share,
    async close(): Promise<void> {
      clearInterval(timer);
      redis.disconnect();
    },
  };
}

/** The figures of all processes that shared theirs lately; none when Redis does not answer. */
export function createSharedMetrics({ redisUrl, log }: { redisUrl: string; log: Logger }) {
  const redis = connect(redisUrl, log);
  return {
    async read(): Promise<readonly unknown[]> {
      try {
        const keys = await redis.keys(`${PREFIX}*`);
        const texts = keys.length > 0 ? await redis.mget(keys) : [];
        return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as unknown]));
      } catch {
        return [];
      }
    },
    close: async () => redis.disconnect(),
  };
}
