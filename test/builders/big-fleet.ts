import { randomBytes } from 'node:crypto';
import { createSecretBox } from '#adapters/secret-box.ts';
import type { Repositories } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { createPrismaClient, type PrismaClient } from '#prisma/client.ts';
import { createRepositories } from '#prisma/repositories/index.ts';
import { createTestDatabase } from '#test/support/postgres.ts';
import { quietLog } from './quiet-log.ts';

export interface BigFleet {
  readonly repositories: Repositories;
  /** Statements that a piece of work sends to the database. */
  counted(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** A database with so many servers, `vps-1000` onwards, each with a service, a history and more. */
export async function bigFleet(size: number): Promise<BigFleet> {
  const database = await createTestDatabase();
  let statements = 0;
  const prisma = createPrismaClient({
    databaseUrl: database.url,
    onQuery: (sql) => {
      if (!/^(BEGIN|COMMIT|ROLLBACK)/.test(sql)) statements++;
    },
  });
  const secrets = createSecretBox({ keys: [new Secret(randomBytes(32).toString('base64'))] });
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const log = quietLog();
  await seed(prisma, size);
  return {
    repositories: createRepositories({ prisma, secrets, clock, log }),
    async counted(work) {
      const before = statements;
      await work();
      return statements - before;
    },
    async close() {
      await prisma.$disconnect();
      await database.drop();
    },
  };
}

/** In SQL: row by row it would take longer than all that is measured. */
const SEED = (size: number): readonly string[] => [
  `INSERT INTO user_account (telegram_id, first_name, role)
   SELECT 11 + n, 'Person ' || n, (CASE n WHEN 0 THEN 'owner' ELSE 'viewer' END)::role
     FROM generate_series(0, 8) n`,
  `INSERT INTO provider_account (id, name, provider, last_sync_at)
   VALUES (gen_random_uuid(), 'time4vps', 'time4vps', now() - interval '1 minute')`,
  `INSERT INTO server_group (id, name) VALUES (gen_random_uuid(), 'default') ON CONFLICT DO NOTHING`,
  `INSERT INTO server (id, handle, provider_account_id, provider_ref, group_id, care, status, labels, updated_at)
   SELECT gen_random_uuid(), 'vps-' || n, a.id, n::text, g.id, 'managed',
          (CASE WHEN n % 20 = 0 THEN 'error' ELSE 'ready' END)::server_status,
          jsonb_build_object('env', CASE WHEN n % 3 = 0 THEN 'prod' ELSE 'test' END), now()
     FROM generate_series(1000, ${999 + size}) n, provider_account a, server_group g
    WHERE g.name = 'default'`,
  `INSERT INTO server_connection (server_id, ipv4)
   SELECT id, '10.0.' || provider_ref::int / 256 || '.' || provider_ref::int % 256 FROM server`,
  `INSERT INTO server_health (server_id, state, since, misses, goods, fresh_goods, recent, flapping, checks, last_check_at)
   SELECT id, 'ok', now() - interval '1 hour', 0, 9, 1, '1', false, 9, now() - interval '30 s' FROM server`,
  `INSERT INTO health_sample (server_id, at, state, latency_ms)
   SELECT id, now() - n * interval '30 min', 'ok', 12 FROM server, generate_series(0, 47) n
    WHERE handle IN ('vps-1000', 'vps-4999')`,
  `INSERT INTO service (id, server_id, name, checks)
   SELECT gen_random_uuid(), id, 'web', '[{"kind": "tcp", "port": 80}]' FROM server`,
  `INSERT INTO incident (id, type, severity, target, server_id, details, failed_at, taken_by, taken_at)
   SELECT gen_random_uuid(), 'server_unreachable', 'critical', handle, id, 'no answer',
          now() - interval '1 hour', 'tg:11', now()
     FROM server WHERE status = 'error'`,
  `INSERT INTO incident_event (id, incident_id, actor, text)
   SELECT gen_random_uuid(), id, 'tg:' || 11 + n % 5, 'thing ' || n
     FROM incident, generate_series(1, 60) n WHERE target = 'vps-1020'`,
  `INSERT INTO operation (id, kind, server_id, status, key, requested_by, episode, prior_status, finished_at)
   SELECT gen_random_uuid(), 'provision', id, 'succeeded', handle, 'tg:11', 1, 'ready', now()
     FROM server WHERE provider_ref::int % 8 = 0`,
  `INSERT INTO audit_event (id, seq, at, actor, action, target, data, prev_hash, hash)
   SELECT gen_random_uuid(), n, now(), 'tg:' || 11 + n % 9, 'server.update', 'vps-' || 999 + n,
          '{}', n::text, (n + 1)::text
     FROM generate_series(1, 2000) n`,
];

async function seed(prisma: PrismaClient, size: number): Promise<void> {
  for (const statement of SEED(size)) await prisma.$executeRawUnsafe(statement);
}
