import { generateKeyPairSync } from 'node:crypto';
import { MemorySaver } from '@langchain/langgraph';
import { describeKey } from '#adapters/keys.ts';
import type { Approval } from '#domain/approval.ts';
import { OpsError } from '#domain/errors.ts';
import { DEFAULT_RECOVERY_CAPS } from '#domain/fleet.ts';
import type { GroupPolicy } from '#domain/group.ts';
import type { HostReading } from '#domain/health/reading.ts';
import type { IncidentType } from '#domain/incident.ts';
import { isTerminal, type Operation } from '#domain/operation.ts';
import { NOWHERE } from '#domain/policy.ts';
import type { Repositories } from '#domain/repositories.ts';
import { createAgent } from '#graph/agent.ts';
import { createRunner } from '#graph/runner.ts';
import { createToolCaller } from '#tools/execute.ts';
import { createGraphRun } from '#workers/graph-run.ts';
import { aServer } from '../builders/a-server.ts';
import { testRepositories } from '../builders/repositories.ts';
import { bareKey, createMemoryHosts } from '../fakes/memory-hosts.ts';
import { createMemoryPlaybooks } from '../fakes/memory-playbooks.ts';
import { createMemoryProvider } from '../fakes/memory-provider.ts';
import { mortal } from './mortal.ts';
import { goodCheck, recoveryTools } from './recovery-tools.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = describeKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
const OWNER = 111n;

export type RecoveryStage = Awaited<ReturnType<typeof createRecoveryStage>>;

/**
 * Recoveries from the incident to their end: the real graph, door, steps and PostgreSQL; hosts,
 * provider and time in memory. The worker can be killed at any of its effects.
 */
export async function createRecoveryStage() {
  const base = await testRepositories();
  const clock = {
    now: base.clock.now,
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      base.clock.advance(milliseconds / 1000);
    },
  };
  const { repositories, log } = base;
  const hosts = createMemoryHosts();
  const addresses = new Map<string, string>();
  const provider = createMemoryProvider((ref) => addresses.get(ref) ?? '', hosts);
  const life = mortal();
  const alive: Repositories = Object.fromEntries(
    Object.entries(repositories).map(([name, repository]) => [name, life.wrap(name, repository)]),
  ) as unknown as Repositories;
  const playbooks = createMemoryPlaybooks(hosts);
  const services = new Map<string, 'ok' | 'failed'>();
  const reading = new Map<string, Partial<HostReading>>();
  const world = { hosts, provider, playbooks, services, reading };
  const toolDeps = recoveryTools(alive, world, { clock, log, keys: KEY, wrap: life.wrap });
  const saver = new MemorySaver();
  const runner = createRunner({
    checkpointer: life.wrapSaver(saver),
    nodes: {
      ...alive,
      ...{ clock, publicKey: KEY.publicKey, publicUrl: 'http://agent.test' },
      limits: {
        ...{ maxAttempts: 3, inputTtlSeconds: 3600, retryDelaySeconds: 60 },
        caps: DEFAULT_RECOVERY_CAPS,
      },
      abilities: () => ({
        can: provider.can,
        byHand: () => 'by hand',
        settleSeconds: () => 0,
      }),
    },
    runtime: {
      ...alive,
      playbooks,
      toolCaller: (scope) => createToolCaller(toolDeps, scope),
      ...{ clock, log },
    },
  });
  const rung: string[] = [];
  const agent = createAgent({
    ...repositories,
    doorbell: { ring: async ({ id }) => void rung.push(id) },
    ...{ clock, log, own: NOWHERE },
  });
  let fence = 0;
  const graphRun = createGraphRun({
    ...alive,
    leases: {
      take: async (resource) => ({
        ...{ resource, fence: ++fence, signal: new AbortController().signal },
        release: async () => {},
      }),
    },
    runner,
    clock: { now: clock.now, sleep: () => new Promise(() => {}) },
    ...{ log, metrics: { count() {}, observe() {}, gauge() {} }, gate: async () => {} },
    stopping: new AbortController().signal,
    settings: {
      ...{ budgetSeconds: 3000, recoverBudgetSeconds: 86_400 },
      ...{ intentMaxAgeSeconds: 3600, inputTtlSeconds: 3600 },
    },
  });
  await repositories.users.upsert({
    ...{ telegramId: OWNER, username: 'ann', firstName: null, lastName: null },
    ...{ languageCode: null, role: 'owner', seen: true },
  });

  /** A prepared server in use, under its group's policy. */
  const prepared = async (address: string) => {
    const { handle, providerRef } = await aServer(repositories, { connection: { ipv4: address } });
    addresses.set(providerRef, address);
    const host = hosts.add(address, {
      authorizedKeys: new Set([bareKey(KEY.publicKey)]),
      ...{ passwordLogin: false, docker: true, boot: 0 },
    });
    await repositories.hostKeys.replace(handle, [host.hostKey], 'test');
    await repositories.servers.transition(handle, 'in_use', 'human', 'test');
    return repositories.servers.update(handle, { mode: null }, 'test');
  };

  const host = (address: string) => {
    const found = hosts.at(address);
    if (found === undefined) throw new Error(`no host at ${address}`);
    return found;
  };
  const operation = (id: string) => repositories.operations.require(id);

  const stage = {
    ...{ ...world, repositories, host, agent, clock, prepared, life, rung },
    advance: base.clock.advance,
    policy: (policy: Partial<GroupPolicy>) =>
      repositories.groups.update('default', { policy }, 'test'),
    async incident(serverHandle: string, type: IncidentType = 'server_unreachable') {
      const { incident } = await repositories.incidents.openWith({
        ...{ type, serverHandle, severity: 'critical', details: 'it does not answer' },
        operationId: null,
      });
      const { operation: begun } = await agent.submit({
        ...{ kind: 'recover', incidentId: incident.id, target: serverHandle },
        ...{ by: 'agent:health', key: `recover:${incident.id}:${incident.reopened}` },
      });
      return { incident, operationId: begun.id };
    },
    /** A check that fails as long as `services` says so. */
    async brokenService(handle: string, address: string) {
      services.set(address, 'failed');
      const { id } = await repositories.servers.require(handle);
      const checks = [{ kind: 'tcp', port: 8080 }] as const;
      await repositories.health.setServices(id, [{ name: 'web', checks }]);
    },
    /** A server whose checks have just been good. */
    healthy: (serverId: string) => repositories.health.write([goodCheck(serverId, clock.now())]),
    /** One wake-up; a worker that was killed leaves everything as it is. */
    async wake(operationId: string): Promise<void> {
      try {
        await graphRun({ operationId });
      } catch (error) {
        if (!(error instanceof OpsError) || error.code !== 'lease_lost') throw error;
      }
    },
    /** Wakes it up as time passes, until it ends or `until` says so. */
    async drive(
      operationId: string,
      until: (now: Operation) => boolean | Promise<boolean> = () => false,
    ): Promise<Operation> {
      for (let turn = 0; turn < 400; turn++) {
        const now = await operation(operationId);
        if (isTerminal(now.status) || (await until(now))) return now;
        const wait = now.wakeAt === null ? 0 : now.wakeAt.getTime() - clock.now().getTime();
        if (now.status === 'waiting' && wait > 0) base.clock.advance(wait / 1000);
        await repositories.approvals.expire(clock.now());
        await stage.wake(operationId);
      }
      throw new Error('it never ends');
    },
    /** Drives until it asks, and gives the question. */
    async question(operationId: string): Promise<Approval> {
      const asked = await stage.drive(operationId, ({ approvalId }) => approvalId !== null);
      const approval =
        asked.approvalId === null ? null : await repositories.approvals.find(asked.approvalId);
      if (approval === null) throw new Error(`it ended ${asked.status} without a question`);
      return approval;
    },
    rungs: async (operationId: string) =>
      (await repositories.recoveries.ofOperation(operationId)).map((r) => `${r.rung} ${r.outcome}`),
    asked: () => provider.done.map(({ action }) => action),
    told: async () => await base.prisma.notificationOutbox.findMany({ orderBy: { seq: 'asc' } }),
    close: base.close,
  };
  return stage;
}
