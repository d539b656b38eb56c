import { Composer } from 'telegraf';
import { Care } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { setCare, showCares } from '../orders/choose-care.ts';
import { code } from '../render/html.ts';

const USAGE = '/care vps-1 managed';

/** How far Zavhoz may go on a server. */
export const care = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('care', atLeast('owner'), fresh(deps), async (ctx) => {
    const [word, wanted] = ctx.payload.trim().split(/\s+/);
    const server = await findServer(ctx, deps, word, USAGE);
    if (!server) return;
    if (wanted === undefined) return showCares(ctx, server);
    const parsed = Care.safeParse(wanted.toLowerCase());
    if (!parsed.success) return ctx.say(ctx.t('care.usage', { usage: code(USAGE) }));
    return setCare(ctx, server, parsed.data, deps);
  });
  return feature;
};
