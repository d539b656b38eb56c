import { OpsError } from '#domain/errors.ts';
import { PROOF_GOODS, whatIsWrong } from '#domain/recovery-proof.ts';
import type { Step } from '#domain/step.ts';
import { incidentOf, look } from '../../recovery/look.ts';
import { LOOK_MS, PROOF_SECONDS, RECOVERY_SECONDS } from '../../recovery/phases.ts';
import type { DevopsDeps } from '../deps.ts';

/**
 * The proof (invariant 10): three good looks in a row, each a fresh login from outside, and the
 * services' checks; never an exit code. A bad look begins the count anew until the time is over.
 */
export const verifyRecovery: Step<DevopsDeps> = {
  id: 'verify-recovery',
  title: 'Prove that it is back',
  timeoutSeconds: RECOVERY_SECONDS['verify-recovery'],
  weight: 1,
  only: ['recover', 'reboot'],
  async run(context) {
    const { deps, server, signal, progress, operation } = context;
    // After a reboot that was ordered, as after an outage: it answers, and its services do.
    const type =
      operation.kind === 'reboot' ? 'server_unreachable' : (await incidentOf(context)).type;
    const until = deps.clock.now().getTime() + PROOF_SECONDS * 1000;
    for (let goods = 0; ; ) {
      const wrong = whatIsWrong(type, await look(context));
      goods = wrong === null ? goods + 1 : 0;
      if (goods >= PROOF_GOODS) break;
      if (wrong !== null && deps.clock.now().getTime() + LOOK_MS > until) {
        throw new OpsError('verification_failed', `${server.handle} is not well: ${wrong}`);
      }
      await progress(wrong === null ? `good look ${goods} of ${PROOF_GOODS}` : wrong);
      await deps.clock.sleep(LOOK_MS, signal);
    }
    await deps.servers.setFacts(server.handle, { lastHealthCheck: deps.clock.now() });
    return { status: 'done', summary: `${PROOF_GOODS} good looks in a row, fresh logins` };
  },
};
