import { createClock } from '#adapters/clock.ts';
import { hostIdentity, processStartTime } from '#adapters/host-id.ts';
import { createLeases } from '#adapters/leases.ts';
import { createLogger } from '#adapters/logger.ts';
import { createMetrics } from '#adapters/metrics.ts';
import { createSecretBox } from '#adapters/secret-box.ts';
import type { Config } from '#config/index.ts';
import { OpsError } from '#domain/errors.ts';
import type { Clock, Leases, Logger } from '#domain/ports.ts';
import type { Repositories } from '#domain/repositories.ts';
import { createAgent } from '#graph/agent.ts';
import { createPrismaClient } from '#prisma/client.ts';
import { applyMigrations } from '#prisma/migrate.ts';
import { createRepositories } from '#prisma/repositories/index.ts';
import { createDoorbell } from '#workers/queue.ts';
import { dataPaths, ensurePrivateFile, newEncryptionKey, prepareDataDir } from './data-dir.ts';
import { findOwnPlace } from './own-place.ts';
import { createChatLink } from './telegram-updates.ts';

export interface CoreOverrides {
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** What every role stands on: the database, the queue, the agent's port. */
export type Core = Awaited<ReturnType<typeof createCore>>;

export async function createCore(config: Config, role: string, overrides: CoreOverrides = {}) {
  const { settings, dataDir } = config;
  const databaseUrl = required(settings.DATABASE_URL?.reveal(), 'DATABASE_URL');
  const redisUrl = required(settings.REDIS_URL?.reveal(), 'REDIS_URL');
  await prepareDataDir(dataDir);
  const paths = dataPaths(dataDir);
  const clock = overrides.clock ?? createClock();
  const log =
    overrides.log ??
    createLogger({
      level: settings.ZAVHOZ_LOG_LEVEL,
      pretty: settings.ZAVHOZ_LOG_PRETTY ?? process.stdout.isTTY,
    }).child({
      role,
    });
  const metrics = createMetrics();
  const key =
    settings.ZAVHOZ_ENCRYPTION_KEY ??
    (await ensurePrivateFile(paths.encryptionKey, newEncryptionKey));
  const secrets = createSecretBox({ keys: [key] });
  await applyMigrations({ databaseUrl, log });
  const prisma = createPrismaClient({
    databaseUrl,
    onError: (error) => log.warn({ error: error.message }, 'database connection'),
  });
  const repositories: Repositories = createRepositories({ prisma, secrets, clock, log });
  const own = await findOwnPlace([databaseUrl, redisUrl]);
  const doorbell = createDoorbell({ redisUrl, log });
  const agent = createAgent({ ...repositories, doorbell, clock, log, own });
  const leases: Leases & { close(): Promise<void> } = createLeases({ databaseUrl, log });
  return {
    config,
    databaseUrl,
    redisUrl,
    paths,
    clock,
    log,
    metrics,
    repositories,
    doorbell,
    agent,
    leases,
    prisma,
    secrets,
    own,
    chat: createChatLink(),
    host: hostIdentity(),
    startTime: processStartTime(process.pid),
    async close() {
      await doorbell.close();
      await leases.close();
      await prisma.$disconnect();
    },
  };
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new OpsError('invalid_input', `${name} is not set.`, {
    hint: 'Without it run the whole agent (npm start), which brings its own.',
  });
}
