import { OpsError } from '#domain/errors.ts';
import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import type { ProvisionDeps } from '../deps.ts';

/**
 * Says that the server is ready. The status itself moves with the operation's end, in one
 * transaction with the notification, so that nobody sees the one without the other.
 */
export const markReady: Step<ProvisionDeps> = {
  id: 'mark-ready',
  title: 'Ready',
  timeoutSeconds: PHASE_SECONDS['mark-ready'],
  weight: 1,
  async run({ deps, server, state }) {
    const key = await deps.credentials.current(server.handle, 'ssh_key');
    if (key === null || key.verifiedAt === null) {
      throw new OpsError('internal', `No verified key of ${server.handle} is stored.`);
    }
    await deps.incidents.resolve(
      server.handle,
      ['provisioning_failed'],
      'provisioned and verified',
    );
    return {
      status: 'done',
      summary: 'provisioned and verified',
      update: {
        provisioning_result: {
          status: 'success',
          server_handle: server.handle,
          attempt: state.attempt,
        },
      },
    };
  },
};
