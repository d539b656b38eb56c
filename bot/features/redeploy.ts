import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { renderAccepted } from '../render/operation.ts';

/** The agent says honestly that nothing can be deployed yet; its refusal is the answer. */
export const redeploy = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('redeploy', atLeast('operator'), fresh(deps), async (ctx) => {
    const server = await findServer(ctx, deps, ctx.payload.trim(), '/redeploy vps-1');
    if (!server) return;
    const who = { by: `tg:${ctx.from.id}`, key: `tg:${ctx.update.update_id}` };
    const accepted = await deps.agent.submit({ kind: 'deploy', target: server.handle, ...who });
    await ctx.say(renderAccepted(ctx.t, accepted));
  });
  return feature;
};
