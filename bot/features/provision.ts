import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { renderAccepted } from '../render/operation.ts';

export const provision = (deps: Pick<BotDeps, 'agent' | 'servers' | 'clock'>) => {
  const feature = new Composer<BotContext>();
  feature.command('provision', atLeast('operator'), fresh(deps), async (ctx) => {
    const server = await findServer(ctx, deps, ctx.payload.trim(), '/provision vps-1');
    if (!server) return;
    const accepted = await deps.agent.submit({
      kind: 'provision',
      target: server.handle,
      by: `tg:${ctx.from.id}`,
      key: `tg:${ctx.update.update_id}`,
    });
    await ctx.say(renderAccepted(ctx.t, accepted));
  });
  return feature;
};
