import { OpsError } from '#domain/errors.ts';
import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step, StepContext, StepResult } from '#domain/step.ts';
import { serverResetPassword } from '#tools/server/start-task.ts';
import type { ProvisionDeps } from '../deps.ts';
import { providerTask } from '../provider-task.ts';
import { isLesserRung, wipes } from '../wipes.ts';

const PURPOSE = 'root-password';
const AFTER_REINSTALL = 'reset_password_after_reinstall';

/** Gets a root password where no login works yet: from the provider, else from a human. */
export const resetPassword: Step<ProvisionDeps> = {
  id: 'reset-password',
  title: 'Get a root password',
  timeoutSeconds: PHASE_SECONDS['reset-password'],
  weight: 6,
  async run(context) {
    const { deps, server, state, operation } = context;
    if (state.access === 'key') return { status: 'skipped', summary: 'the key opens it' };
    if (state.access === 'password' && state.credential_id !== null) {
      return { status: 'skipped', summary: 'the reinstallation gave a password' };
    }
    const { can, byHand } = deps.abilities(server);
    if (!can.has('reset_password')) return askPassword(context, byHand('reset_password'));
    // A password that an earlier rung of a recovery got went with the disk.
    const key = operation.kind === 'recover' && wipes(context) ? AFTER_REINSTALL : undefined;
    const { credentialId } = await providerTask(
      context,
      'reset_password',
      serverResetPassword,
      key,
    );
    if (credentialId === null) {
      return askPassword(
        context,
        `The provider reset the root password of ${server.handle} but did not tell it. Look it up in the provider's panel or e-mail and enter it here; it is stored encrypted and used once.`,
      );
    }
    return {
      status: 'done',
      summary: 'the provider gave a new root password',
      update: { credential_id: credentialId, access: 'password' },
    };
  },
};

async function askPassword(
  context: StepContext<ProvisionDeps>,
  question: string,
): Promise<StepResult> {
  if (isLesserRung(context)) throw new OpsError('no_password', question);
  const answer = await context.answered(PURPOSE);
  if (answer === null) {
    const { inputTtlSeconds } = context.deps.limits;
    return {
      status: 'parked',
      ask: { purpose: PURPOSE, kind: 'secret', question, expiresInSeconds: inputTtlSeconds },
    };
  }
  return {
    status: 'done',
    summary: `a human entered the root password (${answer.answeredBy})`,
    update: { credential_id: answer.credentialId, access: 'password' },
  };
}
