import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf } from '../context.ts';
import { plain } from '../render.ts';
import { runToEnd } from '../run-operation.ts';

export interface RebuildOptions {
  readonly reset?: boolean;
  /** Seconds before it begins. */
  readonly delay?: number;
  readonly yes?: boolean;
  readonly follow?: boolean;
}

const pathOf = (handle: string): string => `/api/servers/${encodeURIComponent(handle)}`;

/** Shows what it would do and has the handle typed (on a terminal), then sends force_rebuild. */
export async function rebuild(
  handle: string,
  options: RebuildOptions,
  command: Command,
  context: Context,
): Promise<void> {
  const client = context.client(command);
  if (context.io.interactive && options.yes !== true) {
    const query = { mode: options.reset ? 'reset' : 'reinstall' };
    const preview = await client.call('GET', `${pathOf(handle)}/rebuild-preview`, { query });
    for (const line of linesOf(preview)) context.io.err(`  ${plain(line)}\n`);
    const typed = await context.io.ask(`Type ${handle} to go on: `);
    if (typed.trim() !== handle) {
      throw new CliError(EXIT.misuse, 'Not confirmed: nothing was started.', {
        code: 'not_confirmed',
      });
    }
  }
  const answer = await send(client, handle, options);
  await announce(answer, `${handle}: rebuild accepted.`, options, command, context);
}

function send(client: ReturnType<Context['client']>, handle: string, options: RebuildOptions) {
  const { reset, delay } = options;
  if (delay === undefined) {
    const body = { status: 'force_rebuild', ...(reset ? { rebuild: 'reset' } : {}) };
    return client.call('PATCH', pathOf(handle), { body });
  }
  const body = { mode: reset ? 'reset' : 'reinstall', delay_seconds: delay };
  return client.call('POST', `${pathOf(handle)}/force-rebuild`, { body });
}

/** Says what became of a request and, where asked, follows its operation. */
export async function announce(
  answer: unknown,
  said: string,
  { follow }: Pick<RebuildOptions, 'follow'>,
  command: Command,
  context: Context,
): Promise<void> {
  const id = fieldOf(fieldOf(answer, 'operation'), 'id');
  const message = fieldOf(answer, 'message');
  const text = typeof message === 'string' ? plain(message) : said;
  if (typeof id !== 'string') return context.print(command, answer, text);
  if (follow !== true) {
    return context.print(command, answer, `${text}\nFollow it: zavhoz operations follow ${id}`);
  }
  context.note(command, `${text} (operation ${id})`);
  await runToEnd(id, command, context);
}

function linesOf(preview: unknown): readonly unknown[] {
  if (Array.isArray(preview)) return preview;
  const found = Object.values(preview ?? {}).find((value) => Array.isArray(value));
  return Array.isArray(found) ? found : [];
}
