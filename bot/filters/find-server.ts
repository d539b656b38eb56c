import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { bold, code, join, shown } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import { inRows } from '../render/pages.ts';
import { shortId } from '../short-id.ts';

const CHOICES = 20;
/** Stands for the server in the command that a choice repeats. */
export const BLANK = '…';

/** What `word` can mean: the one server of this name, or those whose name begins with it. */
export async function serversNamed(
  { servers }: Pick<BotDeps, 'servers'>,
  word: string,
): Promise<{ readonly items: readonly Server[]; readonly total: number }> {
  const wanted = word.toLowerCase();
  const exact = await servers.find(wanted);
  if (exact) return { items: [exact], total: 1 };
  return servers.list({ named: wanted }, { offset: 0, limit: CHOICES });
}

/**
 * The server a person means: its handle, its provider's id, or an unambiguous beginning of the
 * handle. Null when it is not clear; then the person has been told, and where several fit they
 * choose by a button that repeats the whole command.
 */
export async function findServer(
  ctx: BotContext,
  deps: Pick<BotDeps, 'servers'>,
  word: string | undefined,
  usage: string,
): Promise<Server | null> {
  if (!word) {
    await ctx.say(ctx.t('which.server', { usage: code(usage) }));
    return null;
  }
  const { items, total } = await serversNamed(deps, word);
  const [only] = items;
  if (only && total === 1) return only;
  await ctx.say(
    only ? choice(ctx, word, items, total) : ctx.t('which.none', { server: bold(shown(word, 64)) }),
  );
  return null;
}

function choice(
  { t, message }: BotContext,
  word: string,
  items: readonly Server[],
  total: number,
): Rendered {
  const typed = message && 'text' in message ? message.text.trim().split(/\s+/) : [];
  // Where the word was changed on its way here, it is the first one after the command.
  const at = Math.max(1, typed.indexOf(word));
  const command = typed.map((part, i) => (i === at ? BLANK : part)).join(' ');
  return {
    text: join([
      code(command),
      t('which.ambiguous'),
      total > items.length ? t('which.more', { count: total - items.length }) : null,
    ]),
    buttons: inRows(items.map(({ id, handle }) => ({ text: handle, data: `re.${shortId(id)}` }))),
  };
}
