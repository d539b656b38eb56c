import type { Incident } from '#domain/incident.ts';
import type { InputRequest } from '#domain/input-request.ts';
import type { Operation } from '#domain/operation.ts';

const THEN = new Date('2026-01-02T03:04:05Z');

export { serverEntity as chatServer } from './server-entity.ts';

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
  notBefore: null,
  inputRequestId: null,
  approvalId: null,
  incidentId: null,
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

export const chatIncident = (over: Partial<Incident> = {}): Incident => ({
  id: uuid(),
  type: 'server_unreachable',
  status: 'detected',
  severity: 'critical',
  serverHandle: 'vps-1001',
  details: 'no answer on port 22',
  affectedServices: [],
  operationId: null,
  takenBy: null,
  takenAt: null,
  recoveryAttempts: 0,
  failedAt: new Date(Date.now() - 300_000),
  detectedAt: new Date(Date.now() - 280_000),
  reopened: 0,
  muted: false,
  resolvedAt: null,
  closedBy: null,
  closeReason: null,
  ...over,
});
