import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toOpsError } from '#domain/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { AutomationWire } from '../wire/fleet.ts';
import { answers } from './answers.ts';
import { createAutomation } from './automation.ts';

type SystemRouteDeps = Pick<ApiDeps, 'agent' | 'clock' | 'health' | 'metrics' | 'doctor' | 'log'>;

const DoctorWire = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['ok', 'warning', 'failed', 'off']),
      detail: z.string(),
      hint: z.string().nullable(),
    }),
  ),
});
/** Frozen, an open breaker or our own blindness are states, no defects: `ok` does not know them. */
const LiveWire = z.object({ ok: z.boolean(), automation: AutomationWire });
/** Names only: details may speak of hosts, and probes carry no token. */
const ReadyWire = LiveWire.extend({ checks: z.record(z.string(), z.boolean()) });

/** For probes and operators: outside /api where the world expects them. */
export const systemRoutes =
  ({ agent, clock, health, metrics, doctor, log }: SystemRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const automation = createAutomation({ agent, clock });
    app.get(
      '/healthz',
      {
        exposeHeadRoute: true,
        config: { scope: 'public' },
        schema: {
          operationId: 'healthz',
          summary: 'Whether the process lives',
          tags: ['system'],
          response: { 200: LiveWire, 503: LiveWire },
        },
      },
      async (_request, reply) => {
        const [ok, now] = await Promise.all([health.live(), automation()]);
        return reply.code(ok ? 200 : 503).send({ ok, automation: now });
      },
    );

    app.get(
      '/readyz',
      {
        exposeHeadRoute: true,
        config: { scope: 'public' },
        schema: {
          operationId: 'readyz',
          summary: 'Whether all it needs answers; GET /api/doctor says more',
          tags: ['system'],
          response: { 200: ReadyWire, 503: ReadyWire },
        },
      },
      async (_request, reply) => {
        const ready = health.ready().catch((error: unknown) => {
          log.warn({ error: toOpsError(error).message }, 'readiness is not known');
          return { ok: false, checks: {} };
        });
        const [{ ok, checks }, now] = await Promise.all([ready, automation()]);
        const names = Object.entries(checks).map(([name, check]) => [name, check.ok] as const);
        return reply
          .code(ok ? 200 : 503)
          .send({ ok, automation: now, checks: Object.fromEntries(names) });
      },
    );

    app.get(
      '/metrics',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'metrics',
          summary: 'Metrics in Prometheus text format',
          tags: ['system'],
          response: answers({
            200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
          }),
        },
      },
      async (_request, reply) => {
        const { contentType, text } = await metrics.render();
        return reply.type(contentType).serializer(String).send(text);
      },
    );

    app.get(
      '/api/doctor',
      {
        config: { scope: 'read' },
        handlerTimeout: 60_000,
        schema: {
          operationId: 'doctor',
          summary: 'Every check of the installation and what to do about it',
          tags: ['system'],
          response: answers({ 200: DoctorWire }),
        },
      },
      async () => {
        const report = await doctor();
        return { ok: report.ok, checks: [...report.checks] };
      },
    );
  };
