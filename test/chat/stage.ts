import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { freePort } from '#app/embedded/files.ts';
import type { Message, Person } from '#simulators/telegram/model.ts';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { aServer } from '../builders/a-server.ts';
import { testRepositories } from '../builders/repositories.ts';
import { createRoles } from '../chaos-crash/roles.ts';

export const OWNER: Person = { id: 4242, is_bot: false, first_name: 'Ann', language_code: 'en' };
const PUBLIC = 'https://bot.example';
const LOOK_MS = 50;

export type ChatProcesses = Awaited<ReturnType<typeof chatProcesses>>;

/** The product's own `bot` and `api` processes over one server, with Telegram's stand-in. */
export async function chatProcesses() {
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-chat-'));
  const rows = await testRepositories();
  const server = await aServer(rows.repositories, { handle: 'vps-1001' });
  const port = await freePort();
  const local = `http://127.0.0.1:${port}`;
  const telegram = await startTelegramServer({ reach: (url) => url.replace(PUBLIC, local) });
  const roles = createRoles(
    {
      ...{ DATABASE_URL: rows.databaseUrl, REDIS_URL: inject('redisUrl'), PORT: String(port) },
      ZAVHOZ_DATA_DIR: join(folder, 'data'),
      ZAVHOZ_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ...{ TELEGRAM_API_ROOT: telegram.apiRoot, TELEGRAM_BOT_TOKEN: telegram.token },
      ADMIN_TELEGRAM_IDS: String(OWNER.id),
    },
    join(folder, 'agent.log'),
  );
  const db = new pg.Client({ connectionString: rows.databaseUrl });
  await db.connect();
  const count = async (sql: string) =>
    (await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`)).rows[0]?.n ?? 0;

  const until = async (what: string, look: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 90_000; !(await look()); await sleep(LOOK_MS)) {
      if (Date.now() > end) throw new Error(`waited for ${what}\n${await roles.tail()}`);
    }
  };
  return {
    ...{ telegram, roles, server, local, until },
    /** Settings that make Telegram bring updates. */
    webhook: { TELEGRAM_UPDATES: 'webhook', ZAVHOZ_PUBLIC_URL: PUBLIC },
    operations: () => count('operation'),
    /** Updates that were stored, and those of them that are not done. */
    stored: () => count('chat_update'),
    pending: () => count('chat_update WHERE processed_at IS NULL'),
    answers: (): readonly Message[] =>
      telegram.screen(OWNER.id).filter(({ from, text }) => from?.is_bot && /ccepted/.test(text)),
    /** Nobody reads or writes these rows until the returned function is called. */
    async hold(lock: string): Promise<() => Promise<void>> {
      const holder = new pg.Client({ connectionString: rows.databaseUrl });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query(lock);
      return () => holder.end();
    },
    /** Statements on a table that wait for a lock, by processes living and dead. */
    waiting: (table: string) =>
      count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
             AND query ILIKE '%${table}%'`),
    /** What a killed process had asked for must not happen after its death. */
    forgetWaiting: () =>
      db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'`),
    async close(): Promise<void> {
      await roles.stop();
      await telegram.close();
      await db.end();
      await rows.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
