import type { FastifyInstance, InjectOptions } from 'fastify';
import { createApi } from '#api/create-api.ts';
import type { ApiDeps } from '#api/deps.ts';
import type { Server } from '#domain/server.ts';
import type { Scope } from '#domain/user.ts';
import { apiAudit, apiIdempotency, apiTokens } from '../fakes/api-access.ts';
import { apiAgent } from '../fakes/api-agent.ts';
import { apiGroups, apiMaintenance, apiServerHealth } from '../fakes/api-health.ts';
import { apiOperations } from '../fakes/api-operations.ts';
import { apiIncidents, apiInputs, apiUsers } from '../fakes/api-records.ts';
import { apiServer, apiServers } from '../fakes/api-servers.ts';
import { createRecordingLogger } from '../fakes/logger.ts';
import { memoryFleet } from '../fakes/memory-fleet.ts';
import { hastyClock } from '../fakes/swift-clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** The whole API over in-memory repositories; `call` speaks to it as one token's owner. */
export async function apiStage(
  initial: readonly Server[] = [apiServer('vps-1001')],
  over: Partial<ApiDeps> = {},
) {
  const servers = apiServers(initial);
  const operations = apiOperations();
  const inputs = apiInputs();
  const clock = hastyClock();
  const fleet = memoryFleet(clock);
  const agent = apiAgent({ servers, operations, inputs, fleet });
  const incidents = apiIncidents();
  const serverHealth = apiServerHealth();
  const tokens = apiTokens();
  const idempotency = apiIdempotency();
  const audit = apiAudit();
  const log = createRecordingLogger();
  const deps: ApiDeps = {
    agent,
    servers,
    providerDetails: { find: async () => null },
    operations,
    inputs,
    incidents,
    approvals: fleet.approvals,
    groups: apiGroups(),
    maintenance: apiMaintenance(),
    recoveries: { would: async () => [] },
    serverHealth,
    runbook: async (page) => (page === 'disk_full' ? '# disk_full\n' : null),
    users: apiUsers(),
    secretLinks: {
      state: async () => 'gone',
      sendCode: async () => 'gone',
      reveal: async () => 'gone',
    },
    tokens,
    idempotency,
    audit,
    metrics: { render: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }) },
    health: {
      live: () => true,
      ready: async () => ({ ok: false, checks: { database: { ok: false, detail: '10.1.2.3' } } }),
    },
    doctor: async () => ({
      ok: true,
      checks: [{ name: 'clock', status: 'ok', detail: 'in time', hint: null }],
    }),
    clock,
    log,
    publicUrl: 'http://127.0.0.1:8000',
    ...over,
  };
  const app: FastifyInstance = await createApi(deps);

  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    url: string,
    options: {
      readonly as?: Scope | null;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answer> => {
    const { as = 'admin', body, headers } = options;
    const request: InjectOptions = {
      method,
      url,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${tokens.plain[as]}` }),
        ...headers,
      },
    };
    if (body !== undefined) request.payload = body as Record<string, unknown>;
    const response = await app.inject(request);
    const isJson = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson && response.body !== '' ? response.json() : {},
      text: response.body,
    };
  };
  return {
    ...deps,
    ...{ app, call, agent, operations, inputs, tokens, idempotency, audit, log, clock },
    ...{ fleet, incidents, serverHealth },
  };
}
