import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './postgres.ts';

const run = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
};

const count = async (url: string, sql: string) => Number((await run(url, sql)).rows[0]?.count);

test('test databases have the schema and share nothing', async () => {
  const databases = await Promise.all(Array.from({ length: 4 }, createTestDatabase));
  const [first, second] = databases.map(({ url }) => url);
  if (!first || !second) throw new Error('no databases');
  const migrations = 'SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL';
  expect(await count(first, migrations)).toBeGreaterThan(0);
  expect(await count(second, migrations)).toBe(await count(first, migrations));
  const tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'";
  await run(first, 'CREATE TABLE only_here (id int)');
  expect([await count(first, tables), await count(second, tables)]).toEqual([1, 0]);
  for (const database of databases) await database.drop();
  await expect(count(first, 'SELECT 1 AS count')).rejects.toThrow(/does not exist/);
});
