import { Client } from 'pg';

/** Whether the server on this port is up and is ours, which the random password proves. */
export async function answers(port: number, password: string): Promise<boolean> {
  return withClient(port, password, 'postgres', () => Promise.resolve(true)).catch((error) => {
    if (error instanceof Error && 'code' in error && error.code === '28P01') {
      throw new Error('PostgreSQL refuses the recorded password: its folder was changed by hand.', {
        cause: error,
      });
    }
    return false;
  });
}

/** Creates the database `zavhoz` unless it is there. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  await withClient(port, password, 'postgres', async (client) => {
    const found = await client.query("SELECT FROM pg_database WHERE datname = 'zavhoz'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE zavhoz');
  });
}

async function withClient<T>(
  port: number,
  password: string,
  database: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: postgresUrl(port, password, database),
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

export const postgresUrl = (port: number, password: string, database: string) =>
  `postgresql://zavhoz:${password}@127.0.0.1:${port}/${database}`;
