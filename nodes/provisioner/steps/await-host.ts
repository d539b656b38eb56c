import { OpsError } from '#domain/errors.ts';
import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step, StepContext, StepResult } from '#domain/step.ts';
import { serverAcceptHostKey } from '#tools/server/accept-host-key.ts';
import { serverProbeLogin } from '#tools/server/probe-login.ts';
import type { ProvisionDeps } from '../deps.ts';
import { isLesserRung, wipes } from '../wipes.ts';
import { hostKeyChanged } from './probe-access.ts';

const LOOK_MS = 3000;
const PURPOSE = 'open-login';

/**
 * Waits until SSH answers, records the host key where a new one is expected, and proves that the
 * password (or key) logs in. A host that refuses passwords is opened by a human's hand.
 */
export const awaitHost: Step<ProvisionDeps> = {
  id: 'await-host',
  title: 'Wait until SSH answers',
  timeoutSeconds: PHASE_SECONDS['await-host'],
  weight: 4,
  async run(context) {
    const { deps, server, state, tools, signal, progress } = context;
    const opened = await context.answered(PURPOSE);
    const byKey = state.access === 'key' || opened !== null;
    const credential_id = byKey ? null : state.credential_id;
    const started = deps.clock.now().getTime();
    const until = started + (PHASE_SECONDS['await-host'] - 15) * 1000;
    const settle = started + settleSeconds(context) * 1000;
    for (;;) {
      const { outcome, message, known } = await tools.call(serverProbeLogin, { credential_id });
      const now = deps.clock.now().getTime();
      if (outcome === 'host_key_changed' || (outcome !== 'unreachable' && !known)) {
        if (await recordHostKey(context, known)) continue;
        if (outcome === 'host_key_changed') throw hostKeyChanged(server.handle);
      }
      if (outcome === 'ok') {
        return {
          status: 'done',
          summary: byKey ? 'the key logs in' : 'the password logs in',
          update: { access: byKey ? 'key' : 'password' },
        };
      }
      // A prepared host takes no password, whatever the provider has set: the key may open it still.
      if (outcome === 'login_refused' && !byKey && (await keyOpens(context))) {
        return { status: 'done', summary: 'the key logs in', update: { access: 'key' } };
      }
      if (outcome === 'login_refused' && now >= settle) return openByHand(context, opened !== null);
      if (now + LOOK_MS > until) {
        throw new OpsError('unreachable', `${server.handle} does not answer by SSH: ${message}`);
      }
      await progress(`waiting for SSH: ${message}`);
      await deps.clock.sleep(LOOK_MS, signal);
    }
  },
};

/** Seconds in which a refused login may still be a password that the host has not taken up. */
function settleSeconds(context: StepContext<ProvisionDeps>): number {
  const { deps, server } = context;
  const { settleSeconds } = deps.abilities(server);
  const limit = PHASE_SECONDS['await-host'] - 30;
  return Math.min(limit, settleSeconds(wipes(context) ? 'reinstall' : 'reset_password'));
}

/** True when a key was recorded now. Once per reason: a second change is refused. */
async function recordHostKey(
  context: StepContext<ProvisionDeps>,
  known: boolean,
): Promise<boolean> {
  const { memo, operation, tools } = context;
  const reason = !known
    ? 'first contact'
    : wipes(context)
      ? 'reinstalled'
      : operation.mode === 'reset'
        ? 'force_rebuild by a human'
        : null;
  const noted = memo.get().host_key_recorded;
  // The reinstall of a recovery comes after rungs that may have met the host for the first time.
  const late =
    operation.kind === 'recover' && noted === 'first contact' && reason === 'reinstalled';
  if (reason === null || (noted !== undefined && !late)) return false;
  await tools.call(serverAcceptHostKey, { reason });
  await memo.put({ ...memo.get(), host_key_recorded: reason });
  return true;
}

async function keyOpens({ tools }: StepContext<ProvisionDeps>): Promise<boolean> {
  return (await tools.call(serverProbeLogin, { credential_id: null })).outcome === 'ok';
}

function openByHand(context: StepContext<ProvisionDeps>, tried: boolean): StepResult {
  const { deps, server } = context;
  if (tried || context.state.access === 'key') {
    throw new OpsError('login_refused', `${server.handle} refuses the agent's key.`, {
      hint: `Check that root's authorized_keys holds: ${deps.publicKey}`,
    });
  }
  if (isLesserRung(context)) {
    throw new OpsError(
      'login_refused',
      `${server.handle} refuses the new root password over SSH.`,
      {
        hint: 'Some templates switch SSH passwords off.',
      },
    );
  }
  return {
    status: 'parked',
    ask: {
      purpose: PURPOSE,
      kind: 'confirm',
      question: `${server.handle} refuses the new root password over SSH (some templates switch SSH passwords off). Open the provider's web console, add this key to /root/.ssh/authorized_keys, then answer "done": ${deps.publicKey}`,
      expiresInSeconds: deps.limits.inputTtlSeconds,
    },
  };
}
