import { randomUUID } from 'node:crypto';
import { OpsError } from '#domain/errors.ts';
import {
  isTerminal,
  type Operation,
  type OperationEvent,
  type OperationStep,
} from '#domain/operation.ts';
import type { OperationRepository } from '#domain/repositories.ts';

const THEN = new Date('2026-01-02T03:04:05Z');

export const apiOperation = (over: Partial<Operation> = {}): Operation => ({
  id: randomUUID(),
  kind: 'rebuild',
  serverId: 'id-vps-1001',
  serverHandle: 'vps-1001',
  mode: 'reinstall',
  status: 'running',
  stopRequested: null,
  stopRequestedBy: null,
  key: 'secret-looking-key',
  requestedBy: 'tg:1',
  episode: 2,
  attempt: 1,
  graphVersion: 'abc',
  fence: 3,
  currentStep: 'reinstall',
  percent: 10,
  error: null,
  wakeAt: null,
  notBefore: null,
  inputRequestId: null,
  approvalId: null,
  incidentId: null,
  unattendedSeconds: 0,
  deadlineAt: null,
  createdAt: THEN,
  startedAt: THEN,
  finishedAt: null,
  ...over,
});

export interface ApiOperations extends OperationRepository {
  put(operation: Operation): Operation;
  /** Adds an event, and for a status event moves the operation as `finish` would. */
  emit(operationId: string, event: Partial<OperationEvent>): void;
  addStep(operationId: string, step: OperationStep): void;
  /** While set, every read fails as it does when PostgreSQL is gone. */
  gone: boolean;
}

const refuse = async (): Promise<never> => {
  throw new Error('The API does not call this.');
};

export function apiOperations(): ApiOperations {
  const rows = new Map<string, Operation>();
  const events = new Map<string, OperationEvent[]>();
  const steps = new Map<string, OperationStep[]>();
  const look = () => {
    if (fake.gone) throw new OpsError('storage_unavailable', 'pg: 10.1.2.3 refused');
  };
  const require = async (id: string) => {
    look();
    const found = rows.get(id);
    if (found) return found;
    throw new OpsError('not_found', `There is no operation ${id}.`);
  };
  const fake: ApiOperations = {
    gone: false,
    put(operation) {
      rows.set(operation.id, operation);
      return operation;
    },
    emit(id, event) {
      const list = events.get(id) ?? [];
      events.set(id, list);
      const full: OperationEvent = {
        seq: list.length + 1,
        at: THEN,
        type: 'task',
        status: null,
        step: null,
        state: null,
        text: '',
        percent: 0,
        ...event,
      };
      list.push(full);
      const row = rows.get(id);
      if (row && full.status) {
        const finishedAt = isTerminal(full.status) ? THEN : null;
        rows.set(id, { ...row, status: full.status, percent: full.percent, finishedAt });
      }
    },
    addStep(id, step) {
      steps.set(id, [...(steps.get(id) ?? []), step]);
    },
    require,
    async find(id) {
      look();
      return rows.get(id) ?? null;
    },
    async list(filter, { offset, limit }) {
      look();
      const found = [...rows.values()].filter(
        (o) =>
          (!filter.serverHandle || o.serverHandle === filter.serverHandle) &&
          (!filter.status || filter.status.includes(o.status)) &&
          (!filter.kind || o.kind === filter.kind),
      );
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    async steps(id) {
      look();
      return steps.get(id) ?? [];
    },
    async events(id, afterSeq, limit) {
      look();
      return (events.get(id) ?? []).filter(({ seq }) => seq > afterSeq).slice(0, limit);
    },
    accept: refuse,
    take: refuse,
    claimAttempt: refuse,
    adoptVersion: refuse,
    park: refuse,
    finish: refuse,
    requestStop: refuse,
    finishUntaken: refuse,
    step: refuse,
    putStep: refuse,
    putMemo: refuse,
    addEvent: refuse,
    due: refuse,
    addUnattended: refuse,
  };
  return fake;
}
