import { z } from 'zod';
import { defineTool } from '#domain/tool.ts';

/** The provider's latest task of a kind: how a task whose id was lost is found again. */
export const serverLatestTask = defineTool({
  name: 'server_latest_task',
  description: 'Read the latest provider task of one kind on a server.',
  effect: 'read',
  input: z.object({ action: z.enum(['reset_password', 'reinstall', 'reboot']) }),
  preview: ({ action }, server) => `look for the latest ${action} of ${server.handle}`,
  async run({ action }, { server, signal }, { providerOf }) {
    const task = await providerOf(server).provider.latest(server.providerRef, action, signal);
    // The password stays behind: what a tool returns may be checkpointed.
    return task === null
      ? null
      : { id: task.id, activated: task.activated, state: task.state, message: task.message };
  },
});
