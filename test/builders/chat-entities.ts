import type { InputRequest } from '#domain/input-request.ts';
import type { Operation } from '#domain/operation.ts';
import type { Server } from '#domain/server.ts';

const THEN = new Date('2026-01-02T03:04:05Z');

/** Plain entities, not rows: what the bot is shown. */
export const chatServer = (handle: string, over: Partial<Server> = {}): Server => ({
  id: `id-${handle}`,
  handle,
  providerAccountId: 'account',
  provider: 'time4vps',
  providerRef: handle.replace(/^vps-/, ''),
  status: 'ready',
  statusBefore: null,
  care: 'managed',
  handsOff: false,
  connection: {
    ipv4: '192.0.2.7',
    ipv6: null,
    family: 'ipv4',
    port: 22,
    user: 'root',
    become: 'none',
    jumpHost: null,
  },
  group: 'default',
  labels: {},
  notes: '',
  os: 'debian-12',
  hostname: null,
  episode: 1,
  provisioningAttempts: 0,
  lastHealthCheck: null,
  lastIncident: null,
  servesAsJumpHost: false,
  missingSince: null,
  createdAt: THEN,
  updatedAt: THEN,
  ...over,
});

let counter = 0;
export const uuid = (): string => `01930000-0000-7000-8000-${String(++counter).padStart(12, '0')}`;

export const chatOperation = (over: Partial<Operation> = {}): Operation => ({
  id: uuid(),
  kind: 'provision',
  serverId: 'id-vps-1001',
  serverHandle: 'vps-1001',
  mode: null,
  status: 'queued',
  stopRequested: null,
  stopRequestedBy: null,
  key: 'key',
  requestedBy: 'tg:1',
  episode: 1,
  attempt: 0,
  graphVersion: null,
  fence: 0,
  currentStep: null,
  percent: 0,
  error: null,
  wakeAt: null,
  inputRequestId: null,
  unattendedSeconds: 0,
  deadlineAt: null,
  createdAt: THEN,
  startedAt: null,
  finishedAt: null,
  ...over,
});

export const chatInput = (over: Partial<InputRequest> = {}): InputRequest => ({
  id: uuid(),
  operationId: uuid(),
  serverHandle: 'vps-1001',
  stepId: 'reset-password',
  purpose: 'root-password',
  kind: 'secret',
  question: 'Enter the root password of vps-1001.',
  status: 'open',
  answeredBy: null,
  credentialId: null,
  createdAt: new Date(),
  expiresAt: new Date(Date.now() + 3_600_000),
  ...over,
});
