import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { askOrder } from '../orders/ask.ts';

export const reboot = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('reboot', atLeast('operator'), fresh(deps), async (ctx) => {
    const server = await findServer(ctx, deps, ctx.payload.trim(), '/reboot vps-1');
    if (!server) return;
    await askOrder(ctx, { verb: 'reboot', target: server.handle, arguments: {} }, deps);
  });
  return feature;
};
