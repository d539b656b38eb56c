import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../embedded/postgres.ts';
import { startEmbeddedRedis } from '../embedded/redis.ts';
import type { EmbeddedService, Log } from '../embedded/service.ts';

export interface ServiceUrls {
  databaseUrl: string;
  redisUrl: string;
}

export interface EmbeddedServices {
  urls(): ServiceUrls;
  /** Redis first: what is queued is also a row. Hurries once `signal` fires. */
  stop(signal: AbortSignal): Promise<void>;
}

/**
 * Brings up PostgreSQL and Redis where no URL of a real one is given, and brings back one that
 * dies while the agent runs; `onMoved` is called if it could not get its old port again.
 */
export async function startEmbeddedServices(options: {
  dataDir: string;
  given: Partial<ServiceUrls>;
  log: Log;
  onMoved: () => void;
}): Promise<EmbeddedServices> {
  const { dataDir, given, log } = options;
  const stopping = new AbortController();
  const none = Promise.resolve(null);
  const starts = await Promise.allSettled([
    given.redisUrl
      ? none
      : keep('Redis', () => startEmbeddedRedis({ dataDir: join(dataDir, 'redis'), log })),
    given.databaseUrl
      ? none
      : keep('PostgreSQL', () =>
          startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log }),
        ),
  ]);
  const kept = starts.map((start) => (start.status === 'fulfilled' ? start.value : null));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    stopping.abort();
    for (const service of kept) await service?.stop(AbortSignal.abort());
    throw failed.reason;
  }
  const [redis, postgres] = kept;
  return {
    urls: () => ({
      databaseUrl: given.databaseUrl ?? postgres?.current().url ?? '',
      redisUrl: given.redisUrl ?? redis?.current().url ?? '',
    }),
    async stop(signal) {
      stopping.abort();
      await redis?.stop(signal);
      await postgres?.stop(signal);
    },
  };

  async function keep(name: string, start: () => Promise<EmbeddedService>) {
    let service = await start();
    const watch = (async () => {
      while (!stopping.signal.aborted) {
        await sleep(500, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted || service.alive()) continue;
        log('error', `${name} ended by itself and is started again`);
        const before = service.url;
        // A failed start is logged and tried again: the agent without its database is no use.
        service = await start().catch(async (error: Error) => {
          log('error', `${name} does not start`, { error: error.message });
          await sleep(2_000, undefined, { signal: stopping.signal }).catch(() => {});
          return service;
        });
        if (service.url !== before) options.onMoved();
      }
    })();
    return {
      current: () => service,
      async stop(signal: AbortSignal) {
        await watch;
        await service.stop(signal);
      },
    };
  }
}
