import { z } from 'zod';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { ProviderAction } from '#domain/provider.ts';
import type { StepContext } from '#domain/step.ts';
import type { ToolDefinition } from '#domain/tool.ts';
import { serverAwaitTask } from '#tools/server/await-task.ts';
import { serverLatestTask } from '#tools/server/latest-task.ts';

const Notes = z.object({
  /** The attempt this task was asked in: a failed one may be asked again in the next. */
  attempt: z.number(),
  /** The latest task of the kind before ours: whatever differs afterwards is ours. */
  before: z.string().nullable(),
  task_id: z.string().nullable(),
  done: z.boolean(),
  credential_id: z.string().nullable(),
});
type Notes = z.infer<typeof Notes>;

type Context = Pick<StepContext<unknown>, 'memo' | 'state' | 'tools'>;
type Started = { id: string | null; activated: string | null };
type StartTool = ToolDefinition<z.ZodObject, Started>;

/**
 * Runs one provider action to its end, once, whatever happens in between. The notes name the latest
 * task before ours and are written before the call; a second run, or a call whose answer was lost,
 * looks for a newer task and waits for that one instead of asking again.
 */
export async function providerTask(
  context: Context,
  action: ProviderAction,
  tool: StartTool,
  /** Where its notes are kept: the same action may be asked for two reasons in one operation. */
  key: string = action,
): Promise<{ credentialId: string | null; already: boolean }> {
  const parsed = Notes.safeParse(context.memo.get()[key]);
  const notes = parsed.success ? parsed.data : null;
  if (notes?.done) return { credentialId: notes.credential_id, already: true };
  const save = (next: Notes) => context.memo.put({ ...context.memo.get(), [key]: next });

  let current = notes?.attempt === context.state.attempt ? notes : null;
  if (current === null) {
    const latest = await context.tools.call(serverLatestTask, { action });
    // A task of an earlier attempt that still runs, or ended well unseen, is ours to wait for.
    const orphan = notes !== null && latest !== null && latest.activated !== notes.before;
    current = {
      attempt: context.state.attempt,
      before: orphan && latest.state !== 'failed' ? notes.before : (latest?.activated ?? null),
      task_id: null,
      done: false,
      credential_id: null,
    };
    await save(current);
  }
  if (current.task_id === null) {
    current = { ...current, task_id: (await findOrStart(context, action, tool, current)).id };
    await save(current);
  }
  const { credential_id } = await context.tools.call(serverAwaitTask, {
    action,
    task_id: current.task_id,
  });
  await save({ ...current, done: true, credential_id });
  return { credentialId: credential_id, already: false };
}

async function findOrStart(
  context: Context,
  action: ProviderAction,
  tool: StartTool,
  notes: Notes,
): Promise<Started> {
  const found = await ours(context, action, notes);
  if (found) return found;
  try {
    return await context.tools.call(tool, {});
  } catch (error) {
    const known = toOpsError(error);
    if (known.retry !== 'look') throw known;
    // The call may have been carried out though its answer was lost: look, never repeat blindly.
    const carriedOut = await ours(context, action, notes);
    if (carriedOut) return carriedOut;
    throw new OpsError('upstream', `The provider did not take the ${action}: ${known.message}`, {
      retry: 'soon',
      cause: known,
    });
  }
}

async function ours(
  context: Context,
  action: ProviderAction,
  notes: Notes,
): Promise<Started | null> {
  const latest = await context.tools.call(serverLatestTask, { action });
  return latest !== null && latest.activated !== notes.before ? latest : null;
}
