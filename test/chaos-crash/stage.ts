import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureKeyPair } from '#adapters/keys.ts';
import { freePort } from '#app/embedded/files.ts';
import { startEmbeddedPostgres } from '#app/embedded/postgres.ts';
import { startEmbeddedRedis } from '#app/embedded/redis.ts';
import { Secret } from '#domain/secret.ts';
import { applyMigrations } from '#prisma/migrate.ts';
import { createSimFleet } from '#simulators/fleet/fleet.ts';
import { createFleetMachines } from '#simulators/fleet/machines.ts';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { createTime4VpsSimulator } from '#simulators/time4vps/simulator.ts';
import { quietLog } from '../builders/quiet-log.ts';
import { keepService } from './kept-service.ts';
import { createRoles } from './roles.ts';
import { type Known, seedRows } from './seed-rows.ts';

const LOGIN = { login: 'owner@example.org', password: 'simulated-password' };
const BOT_TOKEN = '1000001:simulated';
const ADMIN = 4242;
const PER_SUBNET = 3;
const FIRST_ID = 1001;
/** Real milliseconds of a reboot: the provider's task, and the machine's way down and up. */
const TASK_MS = 1500;
const BOOT_MS = 2000;
const LOOK_MS = 200;
const WARM_UP_SECONDS = 180;

export type CrashStage = Awaited<ReturnType<typeof createCrashStage>>;

/**
 * The product's own processes over a simulated fleet, in real time: one that speaks to Telegram and
 * two workers, on a PostgreSQL and a Redis that can be taken away. What is asserted is read from the
 * provider's, the fleet's and Telegram's records.
 */
export async function createCrashStage({ servers: count }: { readonly servers: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-crash-'));
  const key = await ensureKeyPair(join(folder, 'agent-key'), 'agent');
  const secretsKey = new Secret(randomBytes(32).toString('base64'));
  const silent = () => {};
  const [database, queue] = await Promise.all([
    keepService(() =>
      startEmbeddedPostgres({
        ...{ dataDir: join(folder, 'postgres'), log: silent },
        settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
      }),
    ),
    keepService(() => startEmbeddedRedis({ dataDir: join(folder, 'redis'), log: silent })),
  ]);
  const fleet = createSimFleet();
  const machines = createFleetMachines(fleet, { bootMs: BOOT_MS });
  const net = 96 + Math.floor(Math.random() * 100);
  const servers: Known[] = Array.from({ length: count }, (_, at) => {
    const id = FIRST_ID + at;
    const address = `127.${net}.${Math.floor(at / PER_SUBNET)}.${1 + (at % PER_SUBNET)}`;
    fleet.add(address, { id: String(id), authorizedKeys: [key.publicKey] });
    machines.adopt(String(id), address, new Date());
    return { id, handle: `vps-${id}`, address };
  });
  await fleet.start();
  const sim = createTime4VpsSimulator({
    ...{ machines: machines.backend, credentials: LOGIN, log: silent, taskMs: TASK_MS },
  });
  const { url: providerUrl } = await sim.start();
  const telegram = await startTelegramServer({ token: BOT_TOKEN });
  await applyMigrations({ databaseUrl: database.url, log: quietLog() });
  await seedRows(database.url, servers, { fleet, key, secretsKey });
  const roles = createRoles(
    {
      ...{ DATABASE_URL: database.url, REDIS_URL: queue.url, PORT: String(await freePort()) },
      ...{ ZAVHOZ_DATA_DIR: join(folder, 'data'), ZAVHOZ_ENCRYPTION_KEY: secretsKey.reveal() },
      ORCHESTRATOR_SSH_PRIVATE_KEY_PATH: join(folder, 'agent-key'),
      ...{ TIME4VPS_BASE_URL: providerUrl, TIME4VPS_LOGIN: LOGIN.login },
      TIME4VPS_PASSWORD: LOGIN.password,
      ...{ TELEGRAM_API_ROOT: telegram.apiRoot, TELEGRAM_BOT_TOKEN: BOT_TOKEN },
      ADMIN_TELEGRAM_IDS: String(ADMIN),
      ...{ SYNC_INTERVAL: '5', PASSWORD_RESET_POLL_INTERVAL: '1', HEALTH_CHECK_INTERVAL: '10' },
      // Nobody outside is asked whether we are online.
      WITNESSES: `tcp://${new URL(providerUrl).host}`,
    },
    join(folder, 'agent.log'),
  );

  /** Polls until `look` says so. Bounded; the error holds the end of the log. */
  async function until(what: string, seconds: number, look: () => boolean): Promise<void> {
    for (const end = Date.now() + seconds * 1000; !look(); await sleep(LOOK_MS)) {
      if (Date.now() > end) {
        throw new Error(`waited ${seconds} s for ${what}\n${await roles.tail()}`);
      }
    }
  }

  const told = (): readonly string[] =>
    telegram.calls
      .filter(({ method, status }) => method === 'sendMessage' && status === 200)
      .map(({ payload }) => String(payload.text));

  return {
    ...{ folder, fleet, sim, telegram, database, queue, roles, servers, until, told },
    /** Messages about one server. */
    toldOf: ({ handle }: Known) => told().filter((text) => text.includes(handle)),
    /** Reboots that the provider was asked for, and those it carried out. */
    reboots: (id?: number) => {
      const all = sim
        .records()
        .filter((one) => one.action === 'reboot' && (id === undefined || one.serverId === id));
      const of = (method: string) => all.filter((one) => one.method === method).length;
      return { asked: of('POST'), done: of('TASK') };
    },
    /** Every server is checked by one worker or the other. */
    warmUp: () =>
      until('a check of every server', WARM_UP_SECONDS, () =>
        servers.every(({ address }) => fleet.records.of(address).checks > 0),
      ),
    async close(): Promise<void> {
      await roles.stop();
      await Promise.all([sim.stop(), telegram.close(), database.end(), queue.end()]);
      fleet.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
