import { Composer } from 'telegraf';
import { asTyped } from '../again.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { BLANK } from '../filters/find-server.ts';
import { longId } from '../short-id.ts';

/**
 * Buttons that stand for a command: the choice between servers of similar names, and what was
 * perhaps meant. Neither acts: the command goes its ordinary way, with its own questions.
 */
export const repeat = ({ servers }: Pick<BotDeps, 'servers'>) => {
  const feature = new Composer<BotContext>();

  // The command stands in the first line of the question, which nobody but the bot can write.
  feature.action(/^re\.([\w-]{1,40})$/, async (ctx, next) => {
    const question = ctx.callbackQuery.message;
    const asked = question && 'text' in question ? (question.text.split('\n')[0] ?? '') : '';
    const server = await servers.byId(longId(ctx.match[1] ?? ''));
    const command = server && asked.startsWith('/') ? asked.replace(BLANK, server.handle) : null;
    if (await asTyped(ctx, command)) return next();
  });

  feature.action(/^go\.(\/[a-z]{1,32}(?: [^\n]*)?)$/, async (ctx, next) => {
    if (await asTyped(ctx, ctx.match[1] ?? '')) return next();
  });
  return feature;
};
