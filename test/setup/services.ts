import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../app/embedded/postgres.ts';
import { startEmbeddedRedis } from '../../app/embedded/redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser access to a database server; tests make databases of their own there. */
    databaseUrl: string;
    redisUrl: string;
  }
}

interface Services {
  databaseUrl: string;
  redisUrl: string;
  stop(): Promise<void>;
}

// Each project loads this module anew within one process: only the global object is shared.
const shared = globalThis as {
  zavhozTestServices?: { users: number; services: Promise<Services> };
};

/** Starts one PostgreSQL and one Redis for the run; the last project to finish stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.zavhozTestServices ??= { users: 0, services: start() };
  const entry = shared.zavhozTestServices;
  entry.users++;
  const { databaseUrl, redisUrl } = await entry.services;
  project.provide('databaseUrl', databaseUrl);
  project.provide('redisUrl', redisUrl);
  return async () => {
    entry.users--;
    if (entry.users > 0) return;
    delete shared.zavhozTestServices;
    await (await entry.services).stop();
  };
}

async function start(): Promise<Services> {
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-test-'));
  const log = () => {};
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres({
      dataDir: join(folder, 'postgres'),
      log,
      // What tests write need not survive a power cut.
      settings: {
        ...{ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
        // Files run side by side, and some of them play several agents, each with pools of its own.
        max_connections: '400',
      },
    }),
    startEmbeddedRedis({ dataDir: join(folder, 'redis'), log }),
  ]);
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    async stop() {
      await Promise.all([postgres.stop(AbortSignal.abort()), redis.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
