import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '#generated/prisma/client.ts';
import { OneByOneClient } from './one-by-one-client.ts';

export interface PrismaClientOptions {
  readonly databaseUrl: string;
  /** Connections at most; further queries wait. */
  readonly poolSize?: number;
  /** How long a query waits for a connection before it fails as `storage_unavailable`. */
  readonly connectionTimeoutMs?: number;
  /** A connection that broke while idle; the pool replaces it. */
  readonly onError?: (error: Error) => void;
  /** Told of each statement; for tests that count them. */
  readonly onQuery?: (sql: string) => void;
}

export type { PrismaClient };

/** Opens nothing yet; the first query connects. Close it with `$disconnect()`. */
export function createPrismaClient(options: PrismaClientOptions): PrismaClient {
  const { databaseUrl, poolSize = 10, connectionTimeoutMs = 10_000 } = options;
  const report = options.onError ?? (() => {});
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl,
      max: poolSize,
      connectionTimeoutMillis: connectionTimeoutMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      application_name: 'zavhoz',
      Client: OneByOneClient,
      // No query of ours is long: a stuck one must not hold a connection and its locks for ever.
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
      options: '-c timezone=UTC',
    },
    { onPoolError: report, onConnectionError: report },
  );
  const { onQuery } = options;
  const client = new PrismaClient({
    adapter,
    log: onQuery ? [{ emit: 'event', level: 'query' }] : [],
    errorFormat: 'minimal',
    transactionOptions: { maxWait: connectionTimeoutMs, timeout: 30_000 },
  });
  if (onQuery) client.$on('query', ({ query }) => onQuery(query));
  return client as PrismaClient;
}
