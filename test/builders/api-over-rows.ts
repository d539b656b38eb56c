import { createApi } from '#api/create-api.ts';
import { NOWHERE } from '#domain/policy.ts';
import { createAgent } from '#graph/agent.ts';
import { hastyClock } from '../fakes/swift-clock.ts';
import { quietLog } from './quiet-log.ts';
import { testRepositories } from './repositories.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type ApiOverRows = Awaited<ReturnType<typeof apiOverRows>>;

/** The API over PostgreSQL and the real agent; only the queue's bell is mute. */
export async function apiOverRows() {
  const stage = await testRepositories();
  const { repositories } = stage;
  const log = quietLog();
  const clock = hastyClock();
  const build = () =>
    createApi({
      ...repositories,
      agent: createAgent({
        ...repositories,
        doorbell: { ring: async () => undefined },
        clock,
        log,
        own: NOWHERE,
      }),
      serverHealth: repositories.health,
      runbook: async () => null,
      metrics: { render: async () => ({ contentType: 'text/plain', text: '' }) },
      health: { live: () => true, ready: async () => ({ ok: true, checks: {} }) },
      doctor: async () => ({ ok: true, checks: [] }),
      clock,
      log,
      publicUrl: 'http://127.0.0.1:8000',
    });
  const app = await build();
  const token = (await repositories.tokens.create('test', 'admin')).plain;

  const call = async (method: Method, url: string, body?: object, key?: string, on = app) => {
    const response = await on.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${token.reveal()}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === '' ? null : response.json(),
    };
  };
  return {
    stage,
    app,
    token,
    build,
    call,
    async close() {
      await app.close();
      await stage.close();
    },
  };
}
