import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import { serverPersistKey } from '#tools/server/persist-key.ts';
import type { ProvisionDeps } from '../deps.ts';

/** The key is stored, verified by a login of its own, before the server can become ready (invariant 6). */
export const persistKey: Step<ProvisionDeps> = {
  id: 'persist-key',
  title: 'Store the verified key',
  timeoutSeconds: PHASE_SECONDS['persist-key'],
  weight: 1,
  async run({ tools }) {
    const { credential_id } = await tools.call(serverPersistKey, {});
    return { status: 'done', summary: 'key stored', update: { credential_id, access: 'key' } };
  },
};
