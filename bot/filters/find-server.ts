import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { bold, code, html, join, shown } from '../render/html.ts';

const CHOICES = 20;

/**
 * The server a person means: its handle, its provider's id, or an unambiguous beginning of the
 * handle. Null when it is not clear; then the person has been told.
 */
export async function findServer(
  ctx: BotContext,
  { servers }: Pick<BotDeps, 'servers'>,
  word: string | undefined,
  usage: string,
): Promise<Server | null> {
  if (!word) {
    await ctx.say(ctx.t('which.server', { usage: code(usage) }));
    return null;
  }
  const wanted = word.toLowerCase();
  const exact = await servers.find(wanted);
  if (exact) return exact;
  const { items, total } = await servers.list({ search: wanted }, { offset: 0, limit: 200 });
  const fitting = items.filter((s) => s.handle.startsWith(wanted) || s.providerRef === word);
  const [first, second] = fitting;
  // Beyond what was looked at there may be a second one.
  if (first && !second && total <= items.length) return first;
  await ctx.say(
    first
      ? join([
          ctx.t('which.ambiguous'),
          ...fitting.slice(0, CHOICES).map((s) => code(s.handle)),
          fitting.length > CHOICES ? html('…') : null,
        ])
      : ctx.t('which.none', { server: bold(shown(word, 64)) }),
  );
  return null;
}
