import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ensureKeyPair } from '#adapters/keys.ts';
import { createSecretBox } from '#adapters/secret-box.ts';
import { dataPaths } from '#app/data-dir.ts';
import { startEmbeddedPostgres } from '#app/embedded/postgres.ts';
import { root } from '#app/places.ts';
import { Secret } from '#domain/secret.ts';
import { createAgent } from './agent.ts';
import { type Fleet, startFleet } from './fleet.ts';

export interface WatchedHost {
  readonly id: string;
  readonly handle: string;
  /** Its place in the fleet. */
  readonly at: number;
}

export type WatchStage = Awaited<ReturnType<typeof createWatchStage>>;

/** Fills the database as if every server had been prepared and its key verified. */
const SEED = `
  WITH account AS (
    INSERT INTO provider_account (id, name, provider) VALUES (gen_random_uuid(), 'manual', 'manual')
    RETURNING id
  ), host AS (
    SELECT gen_random_uuid() AS id, 'vps-' || 1000 + h.nr AS handle, h.*
      FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS h (ip, type, key, nr)
  ), added AS (
    INSERT INTO server (id, handle, provider_account_id, provider_ref, status, care, group_id,
                        updated_at)
    SELECT host.id, handle, account.id, nr, 'ready', 'watch', g.id, now()
      FROM host, account, server_group g WHERE g.name = 'default'
  ), connected AS (
    INSERT INTO server_connection (server_id, ipv4, port) SELECT id, ip, $4 FROM host
  ), known AS (
    INSERT INTO host_key (id, server_id, type, key)
    SELECT gen_random_uuid(), id, type, key FROM host
  ), entrusted AS (
    INSERT INTO credential (id, server_id, kind, "user", ciphertext, verified_at)
    SELECT gen_random_uuid(), id, 'ssh_key', 'root', $5, now() FROM host
  )
  SELECT id, handle, nr::int - 1 AS at FROM host ORDER BY nr`;

/**
 * The whole agent as `npm start` runs it, with PostgreSQL, that watches `servers` simulated servers
 * which speak SSH in another process.
 */
export async function createWatchStage(
  servers: number,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
) {
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-bench-db-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} });
  const agent = await createAgent(
    [process.execPath, join(root, 'dist', 'app', 'main.js')],
    {
      DATABASE_URL: postgres.url,
      // Nobody outside is asked whether the agent is online.
      WITNESSES: `tcp://${new URL(postgres.url).host}`,
      ...env,
    },
    signal,
  );
  const db = new pg.Client({ connectionString: postgres.url });
  db.on('error', () => {});
  let fleet: Fleet | null = null;

  async function remove() {
    await db.end().catch(() => {});
    await agent.remove();
    await fleet?.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await agent.start();
    await db.connect();
    const paths = dataPaths(join(agent.dataDir, 'data'));
    // Whoever comes first makes it: the worker may be on its way still.
    const pair = await ensureKeyPair(paths.agentKey, 'zavhoz');
    fleet = await startFleet(servers, pair.publicKey);
    const hosts = await seed(db, fleet, paths.encryptionKey, pair.privateKey);
    const all = fleet;
    /** The first login and one more check of each. */
    await agent.until(`${servers} servers to be connected`, 120 + servers / 10, async () => {
      const { rows } = await db.query<{ count: number }>(
        'SELECT count(*)::int FROM server_health WHERE checks > 1 AND misses = 0',
      );
      return rows[0]?.count === servers;
    });
    return {
      ...{ agent, db, fleet: all, hosts, remove },
      worker: () => workerOf(agent.nodePids()),
      /** The first `size` of them; the others are left alone. */
      watchOnly: (size: number) =>
        db.query(`UPDATE server SET care = 'none' WHERE provider_ref::int > $1`, [size]),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function seed(db: pg.Client, fleet: Fleet, boxKeyFile: string, privateKey: Secret) {
  const boxKey = new Secret((await readFile(boxKeyFile, 'utf8')).trim());
  const sealed = createSecretBox({ keys: [boxKey] }).seal(privateKey);
  const types = fleet.hostKeys.map(({ type }) => type);
  const keys = fleet.hostKeys.map((one) => one.key);
  const values = [fleet.addresses, types, keys, fleet.port, sealed];
  return (await db.query<WatchedHost>(SEED, values)).rows;
}

/** The process that runs the worker role. */
function workerOf(pids: readonly number[]): number {
  const found = pids.find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith('\0worker\0'),
  );
  if (found === undefined) throw new Error('there is no worker');
  return found;
}
