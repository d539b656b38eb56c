import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { defineTool } from '#domain/tool.ts';
import { sshTarget } from './target.ts';

const SCAN_MS = 10_000;

/**
 * Records the host key a server shows now. Only at first contact, or after the provider confirmed a
 * reinstallation; every other change is refused by every login (`host_key_changed`).
 */
export const serverAcceptHostKey = defineTool({
  name: 'server_accept_host_key',
  description: 'Record the SSH host key of a server that is new or was just reinstalled.',
  effect: 'change',
  input: z.object({ reason: z.enum(['first contact', 'reinstalled', 'force_rebuild by a human']) }),
  preview: ({ reason }, server) => `record the host key of ${server.handle} (${reason})`,
  async run({ reason }, { server, signal }, deps) {
    const target = { ...(await sshTarget(server, null, deps)), hostKeys: [] };
    const probe = await deps.ssh.probe(target, { timeoutMs: SCAN_MS, signal });
    if (probe.hostKey === null) {
      throw new OpsError('unreachable', `${server.handle} showed no host key: ${probe.message}`);
    }
    await deps.hostKeys.replace(server.handle, [probe.hostKey], reason);
    return { type: probe.hostKey.type };
  },
});
