import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import { ansibleSoftware } from '#tools/ansible/software.ts';
import type { ProvisionDeps } from '../deps.ts';

/** Packages, Docker, firewall, fail2ban. A recovery never upgrades: that may restart everything. */
export const installSoftware: Step<ProvisionDeps> = {
  id: 'install-software',
  title: 'Install and secure',
  timeoutSeconds: PHASE_SECONDS['install-software'],
  weight: 46,
  async run({ state, tools }) {
    if (state.rung === 'reset_access') {
      return { status: 'skipped', summary: 'this rung only opens access' };
    }
    const upgrade = !state.is_incident_recovery;
    const { ok, changed } = await tools.call(ansibleSoftware, { credential_id: null, upgrade });
    return { status: 'done', summary: `software playbook: ok=${ok} changed=${changed}` };
  },
};
