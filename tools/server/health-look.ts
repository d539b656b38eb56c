import { z } from 'zod';
import { judgeReading } from '#domain/health/judge.ts';
import { addressOf, type Server } from '#domain/server.ts';
import { defineTool, type ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { sshTarget } from './target.ts';

const LOOK_MS = 10_000;
const SERVICE_MS = 5000;

/**
 * One fresh look at a server: a login of its own (a kept channel can outlive a dead sshd), what the
 * check script sees, judged by what its group expects, and its services from outside.
 */
export const serverHealthLook = defineTool({
  name: 'server_health_look',
  description: 'Look at one server afresh: SSH login, health report, services from outside.',
  effect: 'read',
  input: z.object({}),
  preview: (_, server) => `look at the health of ${server.handle}`,
  async run(_, { server, signal }, deps) {
    const target = await sshTarget(server, null, deps);
    const check = await deps.hosts.check(target, { fresh: true, deadlineMs: LOOK_MS, signal });
    signal.throwIfAborted();
    const { reading } = check;
    const { policy } = await deps.groups.require(server.group);
    return {
      outcome: check.outcome,
      message: check.message,
      report: reading && judgeReading(reading, policy.expectations),
      boot_id: reading?.bootId ?? null,
      uptime_seconds: reading?.uptimeSeconds ?? null,
      failedServices: check.outcome === 'answered' ? await failing(server, signal, deps) : [],
    };
  },
});

async function failing(
  server: Server,
  signal: ToolScope['signal'],
  { health, outside }: ToolDeps,
): Promise<readonly string[]> {
  const address = addressOf(server.connection);
  if (address === null) return [];
  const services = await health.services(server.id);
  const seen = await Promise.all(
    services.map(async ({ name, checks }) => {
      const answers = await Promise.all(
        checks.map((check) => outside.service(address, check, { deadlineMs: SERVICE_MS, signal })),
      );
      return answers.some(({ state }) => state === 'failed') ? [name] : [];
    }),
  );
  return seen.flat();
}
