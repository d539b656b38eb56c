import { z } from 'zod';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Provider, ProviderAction, ProviderTask } from '#domain/provider.ts';
import { defineTool } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';

/** While a task runs these say nothing about it: a poll that failed is asked again. */
const PASSING = new Set(['rate_limited', 'busy', 'unavailable', 'timeout', 'upstream']);

/**
 * Waits for a running provider task. A password that comes with it is stored encrypted before
 * anything else happens; only the credential's id is returned.
 */
export const serverAwaitTask = defineTool({
  name: 'server_await_task',
  description: 'Wait for a provider task and store the password it gives.',
  effect: 'change',
  input: z.object({
    action: z.enum(['reset_password', 'reinstall', 'reboot']),
    task_id: z.string().nullable(),
  }),
  preview: ({ action }, server) => `wait for the ${action} of ${server.handle}`,
  async run({ action, task_id }, { server, signal, progress }, deps) {
    const { provider, pace } = deps.providerOf(server);
    const limit = deps.clock.now().getTime() + pace[action].limit * 1000;
    for (let poll = 1; ; poll += 1) {
      const { task, waitMs } = await look(provider, server.providerRef, action, task_id, signal);
      if (task?.state === 'failed') {
        throw new OpsError('upstream', `The provider's ${action} failed: ${task.message}`);
      }
      if (task?.state === 'done') {
        return {
          credential_id: await keep(task, server.handle, server, deps),
          message: task.message,
        };
      }
      const pause = Math.max(waitMs, pace[action].poll * 1000);
      if (deps.clock.now().getTime() + pause > limit) {
        throw new OpsError(
          'timeout',
          `The provider's ${action} of ${server.handle} did not end within ${pace[action].limit} s.`,
          { hint: "Look at the server's tasks in the provider's panel." },
        );
      }
      await progress(
        `waiting for the provider (${action}, look ${poll})`,
        Math.min(0.9, poll / 40),
      );
      await deps.clock.sleep(pause, signal);
    }
  },
});

async function look(
  provider: Provider,
  ref: string,
  action: ProviderAction,
  id: string | null,
  signal: AbortSignal,
): Promise<{ task: ProviderTask | null; waitMs: number }> {
  try {
    const task =
      id === null
        ? await provider.latest(ref, action, signal)
        : await provider.task(ref, id, action, signal);
    return { task, waitMs: 0 };
  } catch (error) {
    signal.throwIfAborted();
    const known = toOpsError(error);
    if (!PASSING.has(known.code)) throw known;
    return { task: null, waitMs: known.retryAfterMs ?? 0 };
  }
}

async function keep(
  task: ProviderTask,
  handle: string,
  server: { connection: { user: string } },
  deps: ToolDeps,
): Promise<string | null> {
  if (task.password === null) return null;
  const credential = await deps.credentials.save({
    serverHandle: handle,
    kind: 'root_password',
    user: server.connection.user,
    secret: task.password,
  });
  return credential.id;
}
