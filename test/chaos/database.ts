import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { applyMigrations } from '#prisma/migrate.ts';
import { quietLog } from '../builders/quiet-log.ts';

export interface ChaosDatabase {
  readonly url: string;
  /** The same content under another name, as a backup has it; nobody may be connected meanwhile. */
  copy(): Promise<ChaosDatabase>;
  query(sql: string, values?: readonly unknown[]): Promise<void>;
  drop(): Promise<void>;
}

/** Databases of the product on the server of `adminUrl`: migrated once, then copied. */
export function createDatabases(adminUrl: string) {
  const at = (name: string) => {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  const run = async (url: string, sql: string, values: readonly unknown[] = []) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      await client.query(sql, [...values]);
    } finally {
      await client.end();
    }
  };
  const named = (name: string): ChaosDatabase => ({
    url: at(name),
    copy: () => from(name),
    query: (sql, values) => run(at(name), sql, values),
    drop: () => run(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  });
  async function from(template: string): Promise<ChaosDatabase> {
    const name = `zavhoz_chaos_${randomBytes(6).toString('hex')}`;
    await run(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    return named(name);
  }
  let migrated: Promise<ChaosDatabase> | null = null;
  async function migrate(): Promise<ChaosDatabase> {
    const database = await from('template0');
    await applyMigrations({ databaseUrl: database.url, log: quietLog() });
    return database;
  }
  return {
    async create(): Promise<ChaosDatabase> {
      migrated ??= migrate();
      return (await migrated).copy();
    },
    async close(): Promise<void> {
      await (await migrated)?.drop();
    },
  };
}
export type Databases = ReturnType<typeof createDatabases>;
