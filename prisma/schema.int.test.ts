import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type EmptyDatabase, emptyDatabase } from '#test/builders/empty-database.ts';
import { quietLog } from '#test/builders/quiet-log.ts';
import { diff, schemaPath } from '../scripts/schema-engine.mjs';
import { DATABASE_RULES } from './database-rules.ts';
import { applyMigrations } from './migrate.ts';

const schema = readFileSync(schemaPath, 'utf8');
let database: EmptyDatabase;

beforeAll(async () => {
  database = await emptyDatabase(inject('databaseUrl'));
  await applyMigrations({ databaseUrl: database.url, log: quietLog() });
});
afterAll(() => database.drop());

/** A diff's statements; the engine itself leaves partial indexes, checks and triggers alone. */
const statements = (sql: string) => sql.replaceAll(/^--.*$/gm, '').trim();

const names = async (sql: string) => (await database.query(sql)).map((row) => row.name);

describe('schema and migrations', () => {
  it('agree', async () => {
    expect(statements(await diff(database.url, schema))).toBe('');
  });

  it.each([
    ['a column', /^ {2}notes .*$/m, 'notes String @default("")\n  extra Int?', 'ADD COLUMN'],
    ['an enum value', /^enum Care \{/m, 'enum Care {\n  extra', 'ALTER TYPE'],
    ['an index', '@@map("lease")', '@@index([token])\n  @@map("lease")', 'CREATE INDEX'],
  ])('disagree once the schema alone gains %s', async (_, find, replacement, expected) => {
    const changed = schema.replace(find, replacement);
    expect(changed).not.toBe(schema);
    expect(statements(await diff(database.url, changed))).toContain(expected);
  });

  it('disagree once the database alone gains a column', async () => {
    const other = await emptyDatabase(inject('databaseUrl'));
    await applyMigrations({ databaseUrl: other.url, log: quietLog() });
    await other.query('ALTER TABLE server ADD COLUMN extra int');
    expect(statements(await diff(other.url, schema))).toContain('DROP COLUMN "extra"');
    await other.drop();
  });
});

describe('rules that only the database has', () => {
  it('are the listed partial indexes', async () => {
    expect(
      await names(`SELECT relname AS name FROM pg_index JOIN pg_class ON oid = indexrelid
        WHERE indpred IS NOT NULL AND relnamespace = 'public'::regnamespace ORDER BY relname`),
    ).toEqual([...DATABASE_RULES.partialIndexes]);
  });

  it('are the listed checks', async () => {
    expect(
      await names(`SELECT conname AS name FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY conname`),
    ).toEqual([...DATABASE_RULES.checks]);
  });

  it('are the listed triggers', async () => {
    expect(
      await names('SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname'),
    ).toEqual([...DATABASE_RULES.triggers]);
  });

  it('are times in UTC with milliseconds, everywhere', async () => {
    expect(
      await names(`SELECT table_name || '.' || column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
          AND data_type LIKE 'timestamp%'
          AND (data_type <> 'timestamp with time zone' OR datetime_precision <> 3)`),
    ).toEqual([]);
  });
});
