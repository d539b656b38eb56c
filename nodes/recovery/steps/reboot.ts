import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { Step, StepContext } from '#domain/step.ts';
import { serverReboot } from '#tools/server/start-task.ts';
import { providerTask } from '../../provisioner/provider-task.ts';
import type { RecoveryDeps } from '../deps.ts';
import { look, type SeenLook } from '../look.ts';
import { BOOT_LOOK_MS, BOOT_SECONDS, MOST_REFUSALS, RECOVERY_SECONDS } from '../phases.ts';

const Notes = z.object({
  record: z.string().nullable(),
  /** The host's boot id before; null where it was never seen. */
  boot_before: z.string().nullable(),
  began_at: z.iso.datetime(),
});
type Notes = z.infer<typeof Notes>;

const PURPOSE = 'reboot-by-hand';

/**
 * Asks the provider for one reboot, whatever happens in between, and waits until the host answers
 * from another boot. "Done" in the provider's words proves nothing, nor in a human's, who is asked
 * where a reboot was ordered that the provider cannot do by itself.
 */
export const reboot: Step<RecoveryDeps> = {
  id: 'reboot',
  title: 'Reboot',
  timeoutSeconds: RECOVERY_SECONDS.reboot,
  weight: 12,
  only: ['recover', 'reboot'],
  async run(context) {
    const { state, operation, server, deps } = context;
    const ordered = operation.kind === 'reboot';
    if (!ordered && (state.route !== null || state.rung !== 'reboot')) {
      return { status: 'skipped', summary: 'not this rung' };
    }
    const notes = await notesOf(context);
    const { can, byHand } = deps.abilities(server);
    if (!ordered || can.has('reboot')) {
      await providerTask(context, 'reboot', serverReboot);
    } else if ((await context.answered(PURPOSE)) === null) {
      const { inputTtlSeconds: expiresInSeconds } = deps.limits;
      const question = byHand('reboot');
      return {
        status: 'parked',
        ask: { purpose: PURPOSE, kind: 'confirm', question, expiresInSeconds },
      };
    }
    return { status: 'done', summary: await rebooted(context, notes) };
  },
};

async function notesOf(context: StepContext<RecoveryDeps>): Promise<Notes> {
  const { deps, memo, state, server, operation } = context;
  const parsed = Notes.safeParse(memo.get().boot);
  if (parsed.success && parsed.data.record === state.rung_record) return parsed.data;
  // One that is ordered answers, as a rule: what it says now is newer than the last check.
  const seen = operation.kind === 'reboot' ? await look(context) : null;
  const health = await deps.health.target(server.id);
  const notes = {
    record: state.rung_record,
    boot_before: seen?.boot_id ?? health?.bootId ?? null,
    began_at: deps.clock.now().toISOString(),
  };
  await memo.put({ ...memo.get(), boot: notes });
  return notes;
}

/** Waits for the new boot; throws with what was seen instead. */
async function rebooted(context: StepContext<RecoveryDeps>, notes: Notes): Promise<string> {
  const { deps, server, signal, progress } = context;
  const until = deps.clock.now().getTime() + BOOT_SECONDS * 1000;
  for (let refusals = 0, told = ''; ; ) {
    const seen = await look(context);
    refusals = seen.outcome === 'login_refused' ? refusals + 1 : 0;
    if (refusals >= MOST_REFUSALS) throw new OpsError('login_refused', seen.message);
    if (seen.outcome === 'answered' && isNewBoot(seen, notes, deps.clock.now())) {
      return notes.boot_before === null
        ? 'rebooted, it answers'
        : 'rebooted: another boot id, it answers';
    }
    if (deps.clock.now().getTime() + BOOT_LOOK_MS > until) {
      throw seen.outcome === 'answered'
        ? new OpsError('verification_failed', `${server.handle} was not rebooted: same boot id.`)
        : new OpsError(
            'unreachable',
            `${server.handle} did not come back within ${BOOT_SECONDS} s: ${seen.message}`,
          );
    }
    if (seen.message !== told) await progress(`waiting for the boot: ${seen.message}`);
    told = seen.message;
    await deps.clock.sleep(BOOT_LOOK_MS, signal);
  }
}

function isNewBoot(
  { boot_id, uptime_seconds }: SeenLook,
  { boot_before, began_at }: Notes,
  now: Date,
): boolean {
  if (boot_id !== null && boot_before !== null) return boot_id !== boot_before;
  // The id before is not known: the uptime tells, and where that is hidden too, the answer has to do.
  const since = (now.getTime() - new Date(began_at).getTime()) / 1000;
  return uptime_seconds === null || uptime_seconds <= since + 5;
}
