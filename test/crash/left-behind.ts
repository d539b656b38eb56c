import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

export interface OperationRow {
  readonly status: string;
  readonly attempt: number;
  readonly error: unknown;
}

/**
 * The agent's one operation, read from its own PostgreSQL: the API is dead between kill and restart.
 * Null while there is none. Throws when the database does not answer.
 */
export async function readOperation(dataDir: string): Promise<OperationRow | null> {
  const postgres = join(dataDir, 'postgres');
  const [password, port] = await Promise.all(
    ['password', 'port'].map(async (name) => (await readFile(join(postgres, name), 'utf8')).trim()),
  );
  const client = new pg.Client({
    connectionString: `postgresql://zavhoz:${password}@127.0.0.1:${port}/zavhoz`,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
  });
  // A connection that dies with its server is told by the query that fails.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<OperationRow>(
      'SELECT status::text, attempt, error FROM operation',
    );
    if (rows.length > 1) throw new Error(`one operation was ordered, there are ${rows.length}`);
    return rows[0] ?? null;
  } finally {
    await client.end().catch(() => {});
  }
}
