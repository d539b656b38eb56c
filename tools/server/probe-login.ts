import { z } from 'zod';
import { defineTool } from '#domain/tool.ts';
import { sshTarget } from './target.ts';

const PROBE_MS = 10_000;

/** One fresh login, with the agent's key or a stored credential; says how it ended. */
export const serverProbeLogin = defineTool({
  name: 'server_probe_login',
  description: 'Try one SSH login and say how it ended.',
  effect: 'read',
  input: z.object({ credential_id: z.string().nullable() }),
  preview: (_, server) => `try an SSH login on ${server.handle}`,
  async run({ credential_id }, { server, signal }, deps) {
    const target = await sshTarget(server, credential_id, deps);
    const probe = await deps.ssh.probe(target, { timeoutMs: PROBE_MS, signal });
    return {
      outcome: probe.outcome,
      methods: [...probe.methods],
      message: probe.message,
      host_key: probe.hostKey,
      /** Whether a host key had been recorded to check against. */
      known: target.hostKeys.length > 0,
    };
  },
});
