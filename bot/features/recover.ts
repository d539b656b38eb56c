import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { askRecover } from '../orders/choose-incident.ts';

export const recover = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('recover', atLeast('operator'), fresh(deps), async (ctx) => {
    const server = await findServer(ctx, deps, ctx.payload.trim(), '/recover vps-1');
    if (server) await askRecover(ctx, server, deps);
  });
  return feature;
};
