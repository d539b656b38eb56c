import { randomBytes } from 'node:crypto';
import { createSecretBox } from '#adapters/secret-box.ts';
import type { Repositories } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { createPrismaClient, type PrismaClient } from '#prisma/client.ts';
import { createRepositories } from '#prisma/repositories/index.ts';
import { createTestDatabase } from '#test/support/postgres.ts';
import { quietLog } from './quiet-log.ts';

export interface TestRepositories {
  readonly repositories: Repositories;
  readonly prisma: PrismaClient;
  readonly databaseUrl: string;
  /** The clock that the repositories read; it goes on by itself too. */
  readonly clock: { now(): Date; advance(seconds: number): void };
  readonly log: ReturnType<typeof quietLog>;
  close(): Promise<void>;
}

/** All repositories on a migrated database of their own. For `*.int.test.ts`. */
export async function testRepositories(): Promise<TestRepositories> {
  const database = await createTestDatabase();
  const prisma = createPrismaClient({ databaseUrl: database.url });
  const secrets = createSecretBox({ keys: [new Secret(randomBytes(32).toString('base64'))] });
  const log = quietLog();
  let ahead = 0;
  const clock = {
    now: () => new Date(Date.now() + ahead),
    sleep: () => Promise.resolve(),
    advance: (seconds: number) => {
      ahead += seconds * 1000;
    },
  };
  return {
    repositories: createRepositories({ prisma, secrets, clock, log }),
    ...{ prisma, databaseUrl: database.url, clock, log },
    async close() {
      await prisma.$disconnect();
      await database.drop();
    },
  };
}
