import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { OpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import { defaultMigrationsDir, type Migration, readMigrations } from './migration-files.ts';

export interface MigrateOptions {
  readonly databaseUrl: string;
  /** Folder in Prisma's format; the repository's own unless told. */
  readonly dir?: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /** How long to wait for another process that migrates, in milliseconds. */
  readonly lockTimeoutMs?: number;
}

interface Row {
  readonly id: string;
  readonly migration_name: string;
  readonly checksum: string;
  readonly logs: string | null;
}

/** The lock that `prisma migrate` takes: the two never migrate at once. */
const LOCK = 72707369;

/** Word for word the table that Prisma's schema engine makes. */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`;

/** Marks rows of this runner, whose scripts take effect whole or not at all. */
const OURS = 'In one transaction, by Zavhoz.';

/**
 * Brings the database to the newest schema, as `prisma migrate deploy` would; returns the names of
 * what was applied. Each script runs in one transaction with its record, so a run that was killed or
 * failed is simply tried again at the next start.
 * @throws OpsError `internal` for a script that fails or was changed after it was applied,
 *   `storage_unavailable` when the database cannot be reached or another process migrates for too long
 */
export async function applyMigrations(options: MigrateOptions): Promise<readonly string[]> {
  const { log, signal } = options;
  const migrations = readMigrations(options.dir ?? defaultMigrationsDir());
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'zavhoz-migrate',
  });
  // Without a listener a connection that breaks would end the process; the query rejects anyway.
  client.on('error', () => {});
  const stop = () => void client.end().catch(() => {});
  signal?.throwIfAborted();
  try {
    await client.connect();
    signal?.addEventListener('abort', stop, { once: true });
    if ((await pending(client, migrations, log)).length === 0) return [];
    await lock(client, options.lockTimeoutMs ?? 60_000, signal);
    await client.query(TABLE);
    const applied: string[] = [];
    for (const migration of await pending(client, migrations, log)) {
      await apply(client, migration);
      log.info({ migration: migration.name }, 'database migrated');
      applied.push(migration.name);
    }
    return applied;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof OpsError) throw error;
    throw new OpsError('storage_unavailable', `The database cannot be migrated: ${textOf(error)}`, {
      cause: error,
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    // The session's end also gives the lock back.
    await client.end().catch(() => {});
  }
}

/** What is still to be applied, after a look at what is recorded. */
async function pending(client: pg.Client, migrations: readonly Migration[], log: Logger) {
  const table = await client.query("SELECT to_regclass('_prisma_migrations') AS found");
  if (table.rows[0].found === null) return migrations;
  const recorded = await client.query<Row & { finished: boolean }>(
    `SELECT id, migration_name, checksum, logs, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const applied = new Map<string, string>();
  for (const row of recorded.rows) {
    if (row.finished) applied.set(row.migration_name, row.checksum);
    else if (!row.logs?.startsWith(OURS)) throw failedElsewhere(row);
  }
  for (const [name, checksum] of applied) {
    const migration = migrations.find((one) => one.name === name);
    // A newer version of the agent was here; its migrations add, so that this one still works.
    if (!migration) log.warn({ migration: name }, 'the database is newer than this version');
    else if (migration.checksum !== checksum) throw changed(name);
  }
  return migrations.filter((one) => !applied.has(one.name));
}

async function lock(client: pg.Client, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await client.query('SELECT pg_try_advisory_lock($1) AS held', [LOCK]);
    if (answer.rows[0].held) return;
    if (performance.now() > end) {
      throw new OpsError(
        'storage_unavailable',
        'Another process has been migrating the database for long.',
        {
          hint: `It holds the advisory lock ${LOCK}; see pg_stat_activity.`,
        },
      );
    }
    await wait(200, undefined, { signal });
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query(
    `UPDATE _prisma_migrations SET rolled_back_at = now()
      WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
    [name],
  );
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)',
    [id, checksum, name, OURS],
  );
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `UPDATE _prisma_migrations
          SET finished_at = now(), applied_steps_count = 1, logs = NULL WHERE id = $1`,
      [id],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [
      id,
      `${OURS}\n${textOf(error)}`,
    ]);
    throw new OpsError('internal', `Migration ${name} failed: ${textOf(error)}`, {
      hint: 'Nothing of it took effect. Remove the cause and start again.',
      cause: error,
    });
  }
}

function failedElsewhere(row: Row): OpsError {
  return new OpsError('internal', `Migration ${row.migration_name} did not finish.`, {
    hint: `Look at the database, then run: npx prisma migrate resolve --rolled-back ${row.migration_name} (or --applied).`,
    details: { migration: row.migration_name },
  });
}

function changed(name: string): OpsError {
  return new OpsError('internal', `Migration ${name} was changed after it was applied.`, {
    hint: 'Restore the file as it was; put the change into a new migration.',
    details: { migration: name },
  });
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
