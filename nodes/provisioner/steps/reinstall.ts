import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import { serverReinstall } from '#tools/server/start-task.ts';
import type { ProvisionDeps } from '../deps.ts';
import { providerTask } from '../provider-task.ts';
import { wipes } from '../wipes.ts';

const PURPOSE = 'reinstall-by-hand';

/**
 * Only by a human's explicit force_rebuild, or as a recovery's rung that a human approved or the
 * owner's mark allows (invariant 1; the door looks again). The new host gets a new host key.
 */
export const reinstall: Step<ProvisionDeps> = {
  id: 'reinstall',
  title: 'Reinstall the operating system',
  timeoutSeconds: PHASE_SECONDS.reinstall,
  weight: 20,
  async run(context) {
    const { deps, server, state } = context;
    if (!wipes(context)) {
      return { status: 'skipped', summary: 'the disk is kept' };
    }
    const { can, byHand } = deps.abilities(server);
    if (!can.has('reinstall')) {
      const answer = await context.answered(PURPOSE);
      if (answer === null) {
        const question = byHand('reinstall');
        return {
          status: 'parked',
          ask: {
            purpose: PURPOSE,
            kind: 'confirm',
            question,
            expiresInSeconds: deps.limits.inputTtlSeconds,
          },
        };
      }
      return {
        status: 'done',
        summary: `reinstalled by hand (${answer.answeredBy})`,
        // A new disk: whatever opened the old one opens nothing here.
        ...(state.access === 'key' ? {} : { update: { access: 'none', credential_id: null } }),
      };
    }
    const { credentialId, already } = await providerTask(context, 'reinstall', serverReinstall);
    // An earlier attempt has reinstalled and gone on to the key: passwords are off since.
    if (already && state.access === 'key')
      return { status: 'done', summary: 'reinstalled already' };
    return {
      status: 'done',
      summary: credentialId === null ? 'reinstalled' : 'reinstalled, with a new root password',
      update: { credential_id: credentialId, access: credentialId === null ? 'none' : 'password' },
    };
  },
};
