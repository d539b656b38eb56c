import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import { serverVerifyOutside } from '#tools/server/verify-outside.ts';
import type { ProvisionDeps } from '../deps.ts';

export const verifyFromOutside: Step<ProvisionDeps> = {
  id: 'verify-from-outside',
  title: 'Verify from outside',
  timeoutSeconds: PHASE_SECONDS['verify-from-outside'],
  weight: 8,
  async run({ deps, server, tools }) {
    const { checked } = await tools.call(serverVerifyOutside, {});
    await deps.servers.setFacts(server.handle, { lastHealthCheck: deps.clock.now() });
    return { status: 'done', summary: `verified: ${checked.join(', ')}` };
  },
};
