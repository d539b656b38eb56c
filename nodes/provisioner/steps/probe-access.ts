import { OpsError } from '#domain/errors.ts';
import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import { serverProbeLogin } from '#tools/server/probe-login.ts';
import type { ProvisionDeps } from '../deps.ts';
import { wipes } from '../wipes.ts';

/** A key that works means that nothing has to be reset. */
export const probeAccess: Step<ProvisionDeps> = {
  id: 'probe-access',
  title: 'Try the key that we have',
  timeoutSeconds: PHASE_SECONDS['probe-access'],
  weight: 1,
  async run(context) {
    const { operation, server, state, tools } = context;
    if (operation.kind === 'recover' && wipes(context)) {
      return {
        status: 'skipped',
        summary: 'a reinstallation starts from a new password',
        update: { access: 'none', credential_id: null },
      };
    }
    const rebuild = operation.kind === 'rebuild';
    if (rebuild && state.attempt === 1) {
      return { status: 'skipped', summary: 'a rebuild starts from a new password' };
    }
    const { outcome, known } = await tools.call(serverProbeLogin, { credential_id: null });
    if (outcome === 'ok') {
      return { status: 'done', summary: 'the key opens it', update: { access: 'key' } };
    }
    // A further attempt of a rebuild goes on with what the earlier one got.
    if (rebuild) return { status: 'done', summary: `no login by key yet (${outcome})` };
    if (outcome === 'host_key_changed' && known) throw hostKeyChanged(server.handle);
    return { status: 'done', summary: `no login by key (${outcome})`, update: { access: 'none' } };
  },
};

export function hostKeyChanged(handle: string): OpsError {
  return new OpsError(
    'host_key_changed',
    `The SSH host key of ${handle} is not the recorded one.`,
    {
      hint: `If it was reinstalled in the provider's panel, order force_rebuild with "reset"; else find out who answers at its address.`,
    },
  );
}
