import { OpsError } from '#domain/errors.ts';
import type { Step } from '#domain/step.ts';
import { serverRestartServices } from '#tools/server/restart-services.ts';
import type { RecoveryDeps } from '../deps.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

/** Restarts what failed over SSH. It looks first, so that a second run restarts nothing twice. */
export const restartServices: Step<RecoveryDeps> = {
  id: 'restart-services',
  title: 'Restart what failed',
  timeoutSeconds: RECOVERY_SECONDS['restart-services'],
  weight: 6,
  only: ['recover'],
  async run({ state, tools, memo }) {
    if (state.route !== null || state.rung !== 'restart') {
      return { status: 'skipped', summary: 'not this rung' };
    }
    // A run that was cut short may have restarted everything that had failed.
    const again = memo.get().begun_for === state.rung_record;
    await memo.put({ begun_for: state.rung_record });
    const { restarted, failed } = await tools.call(serverRestartServices, {});
    if (restarted.length + failed.length === 0 && !again) {
      throw new OpsError('unsupported', 'Nothing that failed was found to restart.');
    }
    const refused = failed.length === 0 ? '' : `; did not restart: ${failed.join(', ')}`;
    return { status: 'done', summary: `restarted: ${restarted.join(', ') || 'nothing'}${refused}` };
  },
};
