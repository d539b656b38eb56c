import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import { type Handlers, type JobName, jobs } from './catalog.ts';
import { QUEUE } from './queue.ts';

export interface Processor {
  /** Takes no new job and waits for the running ones. */
  close(): Promise<void>;
}

/** Parses each payload when it is dequeued and hands it to its handler. A bad one fails visibly. */
export function createProcessor({
  redisUrl,
  concurrency,
  handlers,
  log,
}: {
  redisUrl: string;
  concurrency: number;
  handlers: Handlers;
  log: Logger;
}): Processor {
  const connection = new Redis(redisUrl, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 200, 3000),
  });
  connection.on('error', (error) => log.debug({ error: error.message }, 'redis connection'));
  const worker = new Worker(QUEUE, (job) => handle(job, handlers, log), {
    connection,
    concurrency,
  });
  worker.on('error', (error) => log.debug({ error: error.message }, 'worker'));
  return {
    async close() {
      await worker.close();
      connection.disconnect();
    },
  };
}

async function handle(job: Job, handlers: Handlers, log: Logger): Promise<void> {
  if (!(job.name in jobs)) throw new UnrecoverableError(`no job is called ${job.name}`);
  const name = job.name as JobName;
  const parsed = jobs[name].data.safeParse(job.data);
  if (!parsed.success) {
    log.error({ job: job.id, name, problem: parsed.error.message }, 'a job has a bad payload');
    throw new UnrecoverableError(`bad payload of ${name}`);
  }
  try {
    await handlers[name](parsed.data);
  } catch (error) {
    const known = toOpsError(error);
    log.warn({ job: job.id, code: known.code, error: known.message }, 'a job was cut short');
    throw new OpsError(known.code, known.message, { cause: known });
  }
}
