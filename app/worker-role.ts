import { setTimeout as sleep } from 'node:timers/promises';
import { createPlaybooks } from '#adapters/ansible/index.ts';
import { createHttpFactory } from '#adapters/http.ts';
import { createPrograms } from '#adapters/programs.ts';
import { createSsh } from '#adapters/ssh/index.ts';
import { createTcpProbe } from '#adapters/tcp-probe.ts';
import type { Environment } from '#config/index.ts';
import { toOpsError } from '#domain/errors.ts';
import type { Playbooks, Ssh, TcpProbe } from '#domain/remote.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createCheckpointer } from '#graph/checkpointer.ts';
import { createRunner } from '#graph/runner.ts';
import { createToolCaller } from '#tools/execute.ts';
import { every } from '#workers/every.ts';
import { createGate } from '#workers/gate.ts';
import { createGraphRun } from '#workers/graph-run.ts';
import { shareMetrics } from '#workers/metrics-share.ts';
import { createProcessor } from '#workers/processor.ts';
import { createProviderDetails } from '#workers/provider-details.ts';
import { createPrune } from '#workers/prune.ts';
import { EPOCH_SECONDS } from '#workers/start-guard.ts';
import { createSweep } from '#workers/sweeper.ts';
import { createSync } from '#workers/sync.ts';
import { agentKeys, hostSettings } from './agent-keys.ts';
import type { Core } from './core.ts';
import { createProbes, type HealthOverrides, startHealth } from './health-role.ts';
import { playbooksDir } from './places.ts';
import { createAccounts, findAccount } from './providers.ts';
import { createGuard } from './start-guard.ts';

/** Ports that tests, the demo and the bench put in place of the real ones. */
export interface WorkerOverrides extends HealthOverrides {
  readonly ssh?: Ssh;
  readonly tcp?: TcpProbe;
  readonly playbooks?: Playbooks;
}

const SWEEP_SECONDS = 5;
const PRUNE_SECONDS = 6 * 3600;
/** How long a step that runs may go on after a stop was asked for; the rest is for its clean-up. */
const DRAIN_MS = 20_000;

/** A recovery waits for people, for its turn and for a stop to be lifted; then a human takes over. */
const RECOVER_BUDGET_SECONDS = 24 * 3600;

/** Provisionings wait for networks most of the time; each holds a few MB while it runs. */
const CONCURRENCY = 25;

export async function startWorker(core: Core, env: Environment, overrides: WorkerOverrides = {}) {
  const { config, repositories, clock, log, metrics, doorbell, agent, leases } = core;
  const { settings } = config;
  const guard = createGuard(core);
  await guard.atStart();
  const checkpointer = createCheckpointer(core.databaseUrl);
  await checkpointer.setup();
  const accounts = createAccounts(env, settings, {
    http: createHttpFactory({ log }),
    programs: createPrograms({ log }),
    clock,
    log,
  });
  const toolDeps: ToolDeps = {
    ...repositories,
    providerOf: findAccount(accounts),
    ssh: overrides.ssh ?? createSsh({ log }),
    tcp: overrides.tcp ?? createTcpProbe(),
    ...createProbes(core, overrides),
    playbooks:
      overrides.playbooks ?? createPlaybooks({ playbooksDir, runDir: core.paths.runs, log }),
    clock,
    log,
    keys: await agentKeys(config, core.paths),
    hostSettings: hostSettings(settings),
    own: core.own,
  };
  const runner = createRunner({
    checkpointer: checkpointer.saver,
    nodes: {
      ...repositories,
      clock,
      publicKey: toolDeps.keys.publicKey,
      limits: {
        maxAttempts: settings.PROVISIONING_MAX_RETRIES,
        inputTtlSeconds: settings.INPUT_REQUEST_TTL,
        retryDelaySeconds: settings.PROVISIONING_RETRY_DELAY,
        caps: {
          fleetAtOnce: settings.RECOVERY_FLEET_AT_ONCE,
          accountAtOnce: settings.RECOVERY_ACCOUNT_AT_ONCE,
          attemptsPerDay: settings.RECOVERY_ATTEMPTS_PER_DAY,
          fleetPerDay: settings.RECOVERY_FLEET_PER_DAY,
        },
      },
      publicUrl: config.publicUrl,
      abilities: (server) => {
        const { provider, pace } = toolDeps.providerOf(server);
        return {
          can: provider.can,
          byHand: (action) =>
            provider.byHand?.(server.providerRef, action) ??
            `The provider of ${server.handle} cannot do this by itself: ${action}. Do it by hand.`,
          settleSeconds: (action) => pace[action].settle,
        };
      },
    },
    runtime: {
      ...repositories,
      playbooks: toolDeps.playbooks,
      toolCaller: (scope) => {
        const { operationId: operation } = scope.authority;
        const bound = log.child({ operation, server: scope.handle, trace: operation });
        return createToolCaller({ ...toolDeps, log: bound }, scope);
      },
      clock,
      log,
    },
  });
  const gate = createGate({ metrics, clock });
  const graphRun = createGraphRun({
    ...repositories,
    leases,
    runner,
    clock,
    log,
    metrics,
    gate: gate.pass,
    stopping: gate.stopping,
    settings: {
      budgetSeconds: settings.PROVISIONING_TIMEOUT,
      recoverBudgetSeconds: RECOVER_BUDGET_SECONDS,
      intentMaxAgeSeconds: settings.INTENT_MAX_AGE,
      inputTtlSeconds: settings.INPUT_REQUEST_TTL,
    },
  });
  const processor = createProcessor({
    redisUrl: core.redisUrl,
    concurrency: CONCURRENCY,
    handlers: { 'graph.run': graphRun },
    log,
  });
  const health = startHealth(core, toolDeps, overrides);
  const listed = accounts.filter(({ inventory }) => inventory);
  const prune = createPrune({ ...repositories, runner, clock, threads: checkpointer.threads });
  const turns = [
    every('prune', PRUNE_SECONDS, prune, { clock, log }),
    every('sweep', SWEEP_SECONDS, createSweep({ ...repositories, doorbell, clock, log, metrics }), {
      clock,
      log,
    }),
    every('epoch', EPOCH_SECONDS, guard.goOn, { clock, log }),
    every(
      'sync',
      settings.SYNC_INTERVAL,
      createSync({
        ...repositories,
        accounts: listed,
        ...{ agent, clock, log, isOnline: health.isOnline },
        autoProvision: settings.ZAVHOZ_AUTO_PROVISION,
        retryAfterMs: [settings.SYNC_INTERVAL * 50, settings.SYNC_INTERVAL * 100],
      }),
      { clock, log },
    ),
    every(
      'details',
      // Each turn asks for what has become old since; shorter turns spread the calls.
      Math.max(1, Math.round(settings.SYNC_DETAILS_INTERVAL / 10)),
      createProviderDetails({
        ...repositories,
        ...{ accounts: listed, leases, clock, log },
        greatestAgeMs: settings.SYNC_DETAILS_INTERVAL * 1000,
      }),
      { clock, log },
    ),
  ];
  const sharing = shareMetrics({
    redisUrl: core.redisUrl,
    metrics,
    name: `worker-${process.pid}`,
    log,
  });
  log.info(
    { providers: accounts.map(({ name }) => name), graph: runner.version },
    'worker is ready',
  );
  return {
    accounts,
    /** Starts nothing new, lets running steps end within the deadline, then cuts them short. */
    async stop() {
      gate.drain();
      const closed = processor.close();
      await Promise.all([health.stop(), ...turns.map((end) => end())]);
      // A copy of the database from before this moment is recognised at the next start.
      await guard.goOn().catch((error: unknown) => {
        log.warn({ error: toOpsError(error).message }, 'the epoch was not put on');
      });
      await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
      gate.cut();
      await Promise.race([closed, sleep(8000, undefined, { ref: false })]);
      await toolDeps.hosts.close();
      await sharing.close();
      gate.close();
      await checkpointer.close();
    },
  };
}
