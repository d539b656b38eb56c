import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import pg from 'pg';

const MOST_CONNECTIONS = 4;

/** LangGraph's journal in PostgreSQL, in a schema of its own so that Prisma's stays ours alone. */
export function createCheckpointer(databaseUrl: string) {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    application_name: 'zavhoz-checkpoints',
  });
  // An idle connection that breaks is replaced by the pool; unheard, it would end the process.
  pool.on('error', () => undefined);
  const saver = new PostgresSaver(pool, undefined, { schema: 'langgraph' });
  return {
    saver,
    setup: () => saver.setup(),
    /** Ids of all threads that still have checkpoints. */
    async threads(): Promise<readonly string[]> {
      const { rows } = await pool.query<{ thread_id: string }>(
        'SELECT DISTINCT thread_id FROM langgraph.checkpoints',
      );
      return rows.map(({ thread_id }) => thread_id);
    },
    close: () => pool.end(),
  };
}
