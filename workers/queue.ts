import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Doorbell, Logger } from '#domain/ports.ts';

export const QUEUE = 'zavhoz';

/** Greatest time that a request waits for Redis: its row is stored, the sweeper rings again. */
const RING_MS = 1000;

export interface DoorbellHandle extends Doorbell {
  depth(): Promise<number>;
  close(): Promise<void>;
}

/** BullMQ as a doorbell: losing every job harms nothing, since PostgreSQL holds the truth. */
export function createDoorbell({
  redisUrl,
  log,
}: {
  redisUrl: string;
  log: Logger;
}): DoorbellHandle {
  const connection = new Redis(redisUrl, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    connectTimeout: 5000,
    commandTimeout: RING_MS,
    retryStrategy: (times) => Math.min(times * 200, 3000),
  });
  connection.on('error', (error) => log.debug({ error: error.message }, 'redis connection'));
  const queue = new Queue(QUEUE, { connection });
  queue.on('error', (error) => log.debug({ error: error.message }, 'queue'));
  return {
    async ring({ id, fence }, delayMs = 0) {
      await queue.add(
        'graph.run',
        { operationId: id },
        // One job per take of the lease: a repeated ring is swallowed, a later one is not. One that
        // lies ahead swallows nothing: the sweeper may find sooner that the time has come.
        {
          jobId: `op-${id}-${fence}${delayMs > 0 ? '-later' : ''}`,
          ...{ delay: delayMs, removeOnComplete: true, removeOnFail: true },
        },
      );
    },
    depth: async () => (await queue.getWaitingCount()) + (await queue.getActiveCount()),
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}
