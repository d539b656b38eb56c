import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import { ansibleAccess } from '#tools/ansible/access.ts';
import { serverProbeLogin } from '#tools/server/probe-login.ts';
import type { ProvisionDeps } from '../deps.ts';

/** Installs the agent's and the break-glass keys; passwords go off only after the key has logged in. */
export const openAccess: Step<ProvisionDeps> = {
  id: 'open-access',
  title: 'Open access by key',
  timeoutSeconds: PHASE_SECONDS['open-access'],
  weight: 10,
  async run({ state, tools, memo }) {
    // A run that was cut short may have switched passwords off already: then the key opens it.
    const again = memo.get().begun === true;
    const byKey =
      state.access === 'key' ||
      (again && (await tools.call(serverProbeLogin, { credential_id: null })).outcome === 'ok');
    if (!again) await memo.put({ begun: true });
    const credential_id = byKey ? null : state.credential_id;
    const { ok, changed } = await tools.call(ansibleAccess, {
      credential_id,
      // install-software follows: what comes first in it begins meanwhile
      begin: state.rung !== 'reset_access',
      upgrade: !state.is_incident_recovery,
    });
    return {
      status: 'done',
      summary: `access playbook: ok=${ok} changed=${changed}`,
      update: { access: 'key' },
    };
  },
};
