import { randomBytes } from 'node:crypto';
import { createLeases } from '#adapters/leases.ts';
import { createSecretBox } from '#adapters/secret-box.ts';
import { loginTo } from '#app/health-role.ts';
import { createBotService } from '#bot/service.ts';
import { DEFAULT_FAILURE_LIMITS, DEFAULT_RECOVERY_CAPS } from '#domain/fleet.ts';
import { NOWHERE } from '#domain/policy.ts';
import type { Repositories } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createAgent } from '#graph/agent.ts';
import { createCheckpointer } from '#graph/checkpointer.ts';
import { createRunner } from '#graph/runner.ts';
import { createPrismaClient } from '#prisma/client.ts';
import { createChatUpdates } from '#prisma/repositories/chat-updates.ts';
import { createRepositories } from '#prisma/repositories/index.ts';
import { createToolCaller } from '#tools/execute.ts';
import { every } from '#workers/every.ts';
import { createGraphRun } from '#workers/graph-run.ts';
import { createHealthWorker } from '#workers/health/index.ts';
import { createMaintenance, MAINTENANCE_SECONDS } from '#workers/maintenance.ts';
import { createOutbox } from '#workers/outbox.ts';
import { createStartGuard, EPOCH_SECONDS } from '#workers/start-guard.ts';
import { createSweep } from '#workers/sweeper.ts';
import { createSync } from '#workers/sync.ts';
import { counted } from './chaos-clock.ts';
import { createChaosDoorbell } from './doorbell.ts';
import { watchedOnce } from './watched-once.ts';
import { KEY, type World } from './world.ts';

const NO_SYSTEM = {
  version: '0',
  ready: async () => ({ ok: true, checks: {} }),
  pollingAgeMs: () => null,
};

/** What outlives an agent beside its database: the data directory. */
export interface DataDir {
  epoch: string | null;
  readonly secrets: Secret;
}
export const newDataDir = (): DataDir => ({
  epoch: null,
  secrets: new Secret(randomBytes(32).toString('base64')),
});

const SYNC_SECONDS = 120;
/** More than any scenario sends: what is counted are messages, not what they are combined to. */
const MESSAGES_PER_HOUR = 1000;
const TWIN_LOOK_SECONDS = 5;
const SWEEP_SECONDS = 10;
/** The outbox looks four times a second; a day has many, and nobody here counts them. */
const OUTBOX_PACE = 20;
const metrics = { count() {}, observe() {}, gauge() {} };

export type ChaosAgent = Awaited<ReturnType<typeof startAgent>>;

/** The agent in this process, wired as its roles are, over the simulated world. */
export async function startAgent(world: World, databaseUrl: string, dataDir: DataDir) {
  const { clock, log, probes, playbooks, telegram, accounts } = world;
  const prisma = createPrismaClient({ databaseUrl });
  const secrets = createSecretBox({ keys: [dataDir.secrets] });
  const stored = createRepositories({ prisma, secrets, clock, log });
  const plain = { ...stored, health: watchedOnce(stored.health, clock) };
  const repositories = Object.fromEntries(
    Object.entries(plain).map(([name, one]) => [name, counted(clock, name, one)]),
  ) as unknown as Repositories;
  const realLeases = createLeases({ databaseUrl, log });
  const leases = counted(clock, 'leases', realLeases);
  const checkpointer = createCheckpointer(databaseUrl);
  const guard = createStartGuard({
    ...{ ...repositories, clock, log },
    file: {
      read: async () => dataDir.epoch,
      write: async (text) => {
        dataDir.epoch = text;
      },
    },
  });
  await guard.atStart();
  await checkpointer.setup();

  const providerOf: ToolDeps['providerOf'] = (server) => {
    const id = Number(server.handle.replace('vps-', ''));
    return world.account(world.server(id).account);
  };
  const toolDeps = {
    ...{ ...repositories, ...probes, providerOf, playbooks: playbooks.playbooks, clock, log },
    ...{ keys: { ...KEY, breakGlass: [] }, own: NOWHERE },
    hostSettings: {
      ...{ timezone: 'UTC', upgrade: true, dockerSource: 'docker', dockerStorageDriver: null },
      ...{ agentAddresses: [], reinstallOs: null },
    },
  } satisfies ToolDeps;
  const runner = createRunner({
    checkpointer: counted(clock, 'checkpoints', checkpointer.saver),
    nodes: {
      ...{ ...repositories, clock, publicKey: KEY.publicKey, publicUrl: 'http://agent.test' },
      limits: {
        ...{ maxAttempts: 3, inputTtlSeconds: 3600, retryDelaySeconds: 60 },
        caps: DEFAULT_RECOVERY_CAPS,
      },
      abilities: (server) => {
        const { provider, pace } = providerOf(server);
        return {
          can: provider.can,
          byHand: () => 'by hand',
          settleSeconds: (action) => pace[action].settle,
        };
      },
    },
    runtime: {
      ...{ ...repositories, playbooks: playbooks.playbooks, clock, log },
      toolCaller: (scope) => createToolCaller(toolDeps, scope),
    },
  });
  const stopping = new AbortController();
  const graphRun = createGraphRun({
    ...{ ...repositories, leases, runner, clock: clock.aside, log, metrics },
    ...{ gate: async () => stopping.signal.throwIfAborted(), stopping: stopping.signal },
    settings: {
      ...{ budgetSeconds: 3000, recoverBudgetSeconds: 86_400 },
      ...{ intentMaxAgeSeconds: 3600, inputTtlSeconds: 3600 },
    },
  });
  const doorbell = createChaosDoorbell({
    clock,
    handle: (operationId) => clock.run(`run ${operationId}`, () => graphRun({ operationId })),
    failed: (operationId, error) => log.warn({ operationId, error: String(error) }, 'cut short'),
  });
  const agent = createAgent({ ...repositories, doorbell, clock, log, own: NOWHERE });
  const bot = createBotService({
    ...{ ...repositories, agent, leases, clock, log, adminIds: new Set<bigint>() },
    ...{ system: NO_SYSTEM, publicUrl: 'http://127.0.0.1:8000' },
    transport: telegram.transport,
    updates: counted(clock, 'updates', createChatUpdates({ prisma, secrets })),
  });
  const outbox = createOutbox({
    ...{ outbox: repositories.outbox, tell: bot.tell, perHour: MESSAGES_PER_HOUR, log },
    clock: { now: clock.now, sleep: (ms, signal) => clock.sleep(ms * OUTBOX_PACE, signal) },
  });
  const health = createHealthWorker({
    ...{ ...repositories, agent, leases, clock, log, metrics },
    ...{ hosts: probes.hosts, outside: probes.outside, witnesses: world.witnesses },
    targetOf: loginTo(toolDeps),
    factsOf: (server, signal) => providerOf(server).provider.facts(server.providerRef, signal),
    settings: {
      ...{ intervalSeconds: 60, mostInFlight: 200, handshakesPerSecond: 20 },
      failureLimits: DEFAULT_FAILURE_LIMITS,
    },
  });
  const common = { clock, log };
  const sync = createSync({
    ...{ ...repositories, ...common, agent, isOnline: health.isOnline, autoProvision: false },
    accounts: accounts.map((one) => ({ ...one, managedRefs: new Set<string>() })),
    retryAfterMs: [6000, 12_000],
  });
  const maintain = createMaintenance({ ...repositories, ...common, onEnded: health.lookNow });
  const sweep = createSweep({ ...repositories, ...common, doorbell, metrics });

  return {
    ...{ agent, repositories, prisma, sync },
    /** Everything begins; until then nothing looks and nothing acts. */
    run() {
      const loops = [health.run, bot.run, outbox.run].map((loop) => loop(stopping.signal));
      const turns = [
        every('sweep', SWEEP_SECONDS, sweep, common),
        every('sync', SYNC_SECONDS, sync, common),
        every('epoch', EPOCH_SECONDS, guard.goOn, common),
        every('maintenance', MAINTENANCE_SECONDS, maintain, common),
        every('twin', TWIN_LOOK_SECONDS, () => guard.watchTwin(bot.health().conflictSince), common),
      ];
      return async () => {
        stopping.abort();
        await Promise.all([...loops, ...turns.map((end) => end()), doorbell.stop()]);
        await guard.goOn();
      };
    },
    async close(): Promise<void> {
      await realLeases.close();
      await checkpointer.close();
      await prisma.$disconnect();
    },
  };
}
