import type { Command } from 'commander';
import { CliError, EXIT } from './cli-error.ts';
import { type Context, wantsJson } from './context.ts';
import { followOperation, type Operation } from './follow.ts';
import { createProgressView } from './progress-view.ts';
import { plain } from './render.ts';

/** Follows an operation to its end; throws with its reason unless it succeeded. */
export async function runToEnd(id: string, command: Command, context: Context): Promise<void> {
  const { io } = context;
  const json = wantsJson(command);
  const view = createProgressView(io, json);
  let operation: Operation;
  try {
    operation = await followOperation(id, { client: context.client(command), io }, view.show);
  } catch (error) {
    if (io.signal.aborted) {
      throw new CliError(EXIT.interrupted, 'No longer following; the operation goes on.', {
        code: 'interrupted',
        hint: `Follow it: zavhoz operations follow ${id}. Stop it: zavhoz operations cancel ${id}.`,
      });
    }
    throw error;
  } finally {
    view.end();
  }
  if (operation.status !== 'succeeded') throw failed(operation);
  if (json) io.out(`${JSON.stringify(operation)}\n`);
  else io.out(`${operation.server_handle} is ${BACK.has(operation.kind) ? 'back' : 'ready'}.\n`);
}

/** Kinds of operations that prepare nothing. */
const BACK: ReadonlySet<string> = new Set(['reboot', 'recover']);

function failed({ id, status, server_handle, kind, error }: Operation): CliError {
  const where = error?.step ? ` at ${error.step}` : '';
  const reason = error ? `: ${plain(error.message)}` : '.';
  return new CliError(EXIT.failed, `The ${kind} of ${server_handle} ${status}${where}${reason}`, {
    code: status,
    hint: error?.hint ?? `Look closer: zavhoz operations show ${id}`,
  });
}
