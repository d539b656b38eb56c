import type { Step } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

const PROVISIONED: ReadonlySet<string> = new Set(['reset_access', 'provision', 'reinstall']);

/** Rungs that prepare the host anew are the provisioner's; the proof of all is devops'. */
export const handOn: Step<RecoveryDeps> = {
  id: 'hand-on',
  title: 'Hand on',
  timeoutSeconds: RECOVERY_SECONDS['hand-on'],
  weight: 1,
  only: ['recover', 'reboot'],
  async run({ state: { route, rung }, operation }) {
    if (operation.kind === 'reboot') {
      return { status: 'done', summary: 'goes on to devops', update: { route: 'devops' } };
    }
    if (route !== null) return { status: 'skipped', summary: `goes on to ${route}` };
    const next = rung !== null && PROVISIONED.has(rung) ? 'provisioner' : 'devops';
    return { status: 'done', summary: `goes on to ${next}`, update: { route: next } };
  },
};
