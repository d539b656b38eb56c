import type { AuditEntry } from '#domain/audit.ts';
import type { PlacedService } from '#domain/health/target.ts';
import type { OperationStep } from '#domain/operation.ts';
import { aReport, aTargetHealth } from '../fakes/api-health.ts';
import { chatIncident, chatOperation, chatServer, uuid } from './chat-entities.ts';
import type { ChatStage } from './chat-stage.ts';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const HOUR = 3600;

const audited = (action: string, over: Partial<AuditEntry> = {}): AuditEntry => ({
  id: uuid(),
  seq: 1,
  at: ago(HOUR),
  actor: 'tg:11',
  target: 'vps-1001',
  operationId: null,
  data: {},
  action,
  ...over,
});

const step = (stepId: string, over: Partial<OperationStep> = {}): OperationStep => ({
  ...{ stepId, status: 'done', attempt: 1, memo: {}, summary: 'done' },
  ...{ startedAt: ago(300), finishedAt: ago(290) },
  ...over,
});

/** A night in which something has happened: servers in trouble, work under way, a history. */
export function lookFixture(stage: ChatStage) {
  const broken = chatServer('vps-1001', {
    ...{ id: uuid(), status: 'error', hostname: 'web-1.example.org', region: 'LT', group: 'web' },
    ...{ labels: { env: 'prod', team: 'shop' }, notes: 'The shop.\nAsk Ann first.' },
    providerAccountId: 'account-1',
  });
  const well = chatServer('vps-1002', { id: uuid(), hostname: 'db-1.example.org' });
  const new_ = chatServer('vps-1003', {
    ...{ id: uuid(), status: 'discovered', care: 'none', provider: 'manual', os: null },
  });
  const resting = chatServer('vps-1004', {
    ...{ id: uuid(), status: 'maintenance', statusBefore: 'in_use', handsOff: true },
  });
  stage.servers.push(broken, well, new_, resting);
  stage.look.providerAccounts.push({
    ...{ id: 'account-1', name: 'time4vps:main', provider: 'time4vps', lastSyncAt: ago(120) },
  });

  const operation = chatOperation({
    ...{ serverId: broken.id, kind: 'recover', status: 'running', percent: 40 },
    ...{ currentStep: 'reboot', requestedBy: 'agent:health', createdAt: ago(320) },
    startedAt: ago(310),
  });
  const failed = chatOperation({
    ...{ serverId: well.id, serverHandle: 'vps-1002', status: 'failed', requestedBy: 'tg:11' },
    ...{ createdAt: ago(7200), startedAt: ago(7190), finishedAt: ago(7000), attempt: 3 },
    error: {
      ...{ code: 'login_refused' as const, message: 'root@192.0.2.7 refused the key' },
      ...{ hint: 'Reset the password at the provider.', step: 'open-access' },
    },
  });
  stage.operations.push(operation, failed);
  stage.look.steps.set(operation.id, [
    step('open-incident', { startedAt: ago(310), finishedAt: ago(309) }),
    step('recheck', { startedAt: ago(309), finishedAt: ago(270) }),
    step('save-evidence', { status: 'skipped' }),
    step('reboot', { status: 'started', startedAt: ago(200), finishedAt: null }),
  ]);
  stage.look.steps.set(failed.id, [
    step('claim-attempt'),
    step('open-access', { status: 'failed', attempt: 3, summary: 'root@192.0.2.7 refused' }),
  ]);

  const incident = chatIncident({
    ...{ status: 'recovering', operationId: operation.id, affectedServices: ['web', 'api'] },
    ...{ takenBy: 'tg:11', takenAt: ago(100) },
  });
  const certificate = chatIncident({
    ...{ serverHandle: 'vps-1002', type: 'certificate_expiring', severity: 'warning' },
    ...{ details: 'The certificate of example.org ends in 5 days.', affectedServices: ['web'] },
  });
  const closed = chatIncident({
    ...{ serverHandle: 'vps-1002', type: 'disk_full', severity: 'error', status: 'resolved' },
    ...{ failedAt: ago(9 * HOUR), detectedAt: ago(9 * HOUR - 60), resolvedAt: ago(8 * HOUR) },
    ...{ closedBy: 'agent', closeReason: 'It answers again: good fresh logins in a row.' },
  });
  stage.incidents.push(certificate, incident, closed);
  const event = (seconds: number, text: string, actor = 'agent') => ({
    ...{ id: uuid(), at: ago(seconds), actor, text, data: {} },
  });
  stage.look.timelines.set(incident.id, [
    event(280, 'no answer on port 22'),
    event(278, 'Recovery accepted'),
    event(210, 'evidence saved before reboot', 'agent:recovery'),
    event(100, 'Taken by tg:11', 'tg:11'),
  ]);

  stage.look.targets.set(
    broken.id,
    aTargetHealth({
      ...{ serverId: broken.id, state: 'failed', since: ago(300), lastCheckAt: ago(20) },
      ...{ latencyMs: null, misses: 4, flapping: true },
      report: aReport({
        disk: { state: 'degraded', reason: '91% of /, 12% of its inodes' },
        memory: { state: 'ok', reason: '41% of 3936 MiB in use' },
        load: { state: 'ok', reason: '0.42 on 2 cores' },
        docker: { state: 'failed', reason: 'does not answer, the unit is failed' },
        pending_reboot: { state: 'degraded', reason: 'an upgrade asks for a reboot' },
      }),
    }),
  );
  stage.look.targets.set(
    well.id,
    aTargetHealth({
      ...{ serverId: well.id, since: ago(3 * 24 * HOUR), lastCheckAt: ago(40) },
      report: aReport({
        disk: { state: 'ok', reason: '37% of /, 5% of its inodes' },
        memory: { state: 'ok', reason: '41% of 3936 MiB in use' },
        load: { state: 'ok', reason: '0.42 on 2 cores' },
      }),
    }),
  );
  stage.look.uptime.percent = 99.987;
  for (const { id } of [broken, well]) {
    stage.look.buckets.set(
      id,
      Array.from({ length: 20 }, (_, n) => ({
        ...{ from: ago(n * HOUR), checks: 60, unknown: 0, latencyMs: { avg: 12, max: 40 } },
        ...(n === 3 ? { good: 20, bad: 40 } : { good: 60, bad: 0 }),
      })),
    );
  }
  const placed = (name: string, over: Partial<PlacedService> = {}): PlacedService => ({
    ...{ serverId: well.id, serverHandle: 'vps-1002' },
    service: {
      ...{ id: uuid(), name },
      checks: [
        { kind: 'http', url: `https://${name}.example.org/healthz`, expectStatus: 200 },
        { kind: 'tls', port: 443, warnDays: 14, servername: `${name}.example.org` },
      ],
    },
    health: { state: 'ok', lastCheckAt: ago(40) },
    incidents: [],
    ...over,
  });
  stage.look.placed.push(
    placed('api', {
      ...{ serverId: broken.id, serverHandle: 'vps-1001' },
      health: { state: 'failed', lastCheckAt: ago(20) },
    }),
    placed('web', { incidents: [{ ...certificate }] }),
    placed('db', {
      service: { id: uuid(), name: 'db', checks: [{ kind: 'tcp', port: 5432 }] },
    }),
  );

  stage.look.entries.push(
    audited('server.update', {
      data: { care: 'managed', notes: 'The shop.', care_before: 'none' },
    }),
    audited('server.status', { actor: 'agent', data: { from: 'ready', to: 'error' } }),
    audited('operation.recover', { actor: 'agent:health', data: { mode: null } }),
    audited('operation.failed', { actor: 'agent', data: { error: 'login_refused' } }),
    audited('user.upsert', {
      ...{ actor: 'api:ci', target: 'tg:12', data: { role_before: null, role: 'viewer' } },
    }),
    audited('tool.server_reboot.done', { actor: 'agent', data: { effect: 'disrupt' } }),
    audited('fleet.freeze', { target: 'fleet', data: { reason: 'moving <house>' } }),
    audited('brand.new', { target: 'vps-1002' }),
  );
  return { broken, well, fresh: new_, resting, operation, failed, incident, certificate, closed };
}
