import { OpsError } from '#domain/errors.ts';
import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import type { ToolCaller } from '#domain/tool.ts';
import { serverProbeLogin } from '#tools/server/probe-login.ts';
import { serverVerifyOutside } from '#tools/server/verify-outside.ts';
import type { ProvisionDeps } from '../deps.ts';

export const verifyFromOutside: Step<ProvisionDeps> = {
  id: 'verify-from-outside',
  title: 'Verify from outside',
  timeoutSeconds: PHASE_SECONDS['verify-from-outside'],
  weight: 8,
  async run({ deps, server, state, tools }) {
    const checked = state.rung === 'reset_access' ? await accessOf(tools) : await wholeOf(tools);
    await deps.servers.setFacts(server.handle, { lastHealthCheck: deps.clock.now() });
    return { status: 'done', summary: `verified: ${checked.join(', ')}` };
  },
};

const wholeOf = async (tools: ToolCaller) => (await tools.call(serverVerifyOutside, {})).checked;

/** The rung that only opens access proves access; what runs on the host is the recovery's own proof. */
async function accessOf(tools: ToolCaller): Promise<readonly string[]> {
  const { outcome, message } = await tools.call(serverProbeLogin, { credential_id: null });
  if (outcome === 'ok') return ['ssh_key'];
  throw new OpsError('verification_failed', `The key does not log in: ${message}`);
}
