import { randomUUID } from 'node:crypto';
import { OpsError } from '#domain/errors.ts';
import { type Incident, type IncidentEvent, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { InputRequest } from '#domain/input-request.ts';
import type {
  IncidentRepository,
  InputRequestRepository,
  UserRepository,
} from '#domain/repositories.ts';
import { memoryPeople } from './memory-people.ts';

const THEN = new Date('2026-01-02T03:04:05Z');
const refuse = async (): Promise<never> => {
  throw new Error('The API does not call this.');
};

export function apiIncidents(): IncidentRepository {
  const rows = new Map<string, Incident>();
  const isOpen = (i: Incident) => OPEN_INCIDENT_STATUSES.some((status) => status === i.status);
  const events = new Map<string, IncidentEvent[]>();
  const addEvent: IncidentRepository['addEvent'] = async (id, { actor, text, data = {} }) => {
    const list = events.get(id) ?? [];
    events.set(id, [...list, { id: randomUUID(), at: THEN, actor, text, data }]);
  };
  const openWith: IncidentRepository['openWith'] = async (input) => {
    const same = [...rows.values()].find(
      (i) => i.serverHandle === input.serverHandle && i.type === input.type && isOpen(i),
    );
    if (same) return { incident: same, outcome: 'joined' };
    const incident: Incident = {
      ...input,
      id: randomUUID(),
      status: 'detected',
      affectedServices: ['web'],
      takenBy: null,
      takenAt: null,
      recoveryAttempts: 0,
      failedAt: input.failedAt ?? THEN,
      detectedAt: THEN,
      reopened: 0,
      muted: input.muted ?? false,
      resolvedAt: null,
      closedBy: null,
      closeReason: null,
    };
    rows.set(incident.id, incident);
    await addEvent(incident.id, { actor: 'agent', text: input.details });
    return { incident, outcome: 'opened' };
  };
  return {
    openWith,
    open: async (input) => (await openWith(input)).incident,
    addEvent,
    events: async (id) => events.get(id) ?? [],
    countOpen: refuse,
    find: async (id) => rows.get(id) ?? null,
    async list(filter, { offset, limit }) {
      const found = [...rows.values()].filter(
        (i) =>
          (!filter.status || filter.status.includes(i.status)) &&
          (!filter.serverHandle || i.serverHandle === filter.serverHandle) &&
          (!filter.type || i.type === filter.type),
      );
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    async update(id, patch) {
      const incident = rows.get(id);
      if (!incident) throw new OpsError('not_found', 'There is no such incident.');
      const updated = {
        ...incident,
        ...patch,
        ...(patch.takenBy ? { takenAt: new Date(THEN.getTime() + 90_000) } : {}),
      };
      rows.set(id, updated);
      return updated;
    },
    resolve: refuse,
  };
}

export function apiInputs(): InputRequestRepository & { put(request: InputRequest): InputRequest } {
  const rows = new Map<string, InputRequest>();
  const put = (request: InputRequest) => {
    rows.set(request.id, request);
    return request;
  };
  const close = (id: string, by: string, status: InputRequest['status']) => {
    const request = rows.get(id);
    if (!request) throw new OpsError('not_found', 'There is no such input request.');
    if (request.status !== 'open') throw new OpsError('conflict', `It is ${request.status}.`);
    return put({ ...request, status, answeredBy: by, credentialId: 'credential-1' });
  };
  return {
    put,
    find: async (id) => rows.get(id) ?? null,
    list: async (filter) =>
      [...rows.values()].filter(
        (r) =>
          (!filter.status || r.status === filter.status) &&
          (!filter.operationId || r.operationId === filter.operationId),
      ),
    answer: async (id, by) => close(id, by, 'answered'),
    decline: async (id, by) => close(id, by, 'cancelled'),
    ask: refuse,
    latest: refuse,
    markUsed: refuse,
    expire: refuse,
  };
}

export const apiInput = (over: Partial<InputRequest> = {}): InputRequest => ({
  id: randomUUID(),
  operationId: randomUUID(),
  serverHandle: 'vps-1001',
  stepId: 'reset-password',
  purpose: 'root-password',
  kind: 'secret',
  question: 'Enter the root password of vps-1001.',
  status: 'open',
  answeredBy: null,
  credentialId: null,
  createdAt: THEN,
  expiresAt: THEN,
  ...over,
});

export const apiUsers = (): UserRepository => memoryPeople(new Map(), { now: () => THEN });
