import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast, covers } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { askOrder } from '../orders/ask.ts';
import { code } from '../render/html.ts';
import { verbButton } from '../render/verbs.ts';

const USAGE = '/rebuild vps-1 reset';

/** Keeps the disk with `reset`; wiping it is the owner's word alone, as it is in approvals. */
export const rebuild = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('rebuild', atLeast('operator'), fresh(deps), async (ctx) => {
    const [word, option = 'reinstall', ...more] = ctx.payload.trim().split(/\s+/);
    const server = await findServer(ctx, deps, word, '/rebuild vps-1');
    if (!server) return;
    const mode = option.toLowerCase();
    if ((mode !== 'reset' && mode !== 'reinstall') || more.length > 0) {
      return ctx.say(ctx.t('rebuild.usage', { usage: code(USAGE) }));
    }
    if (mode === 'reinstall' && !covers(ctx.person.role, 'owner')) {
      const buttons = [[verbButton(ctx.t, 'reset', server)]];
      return ctx.say({ text: ctx.t('rebuild.owner_only'), buttons });
    }
    const verb = mode === 'reset' ? 'reset' : 'rebuild';
    return askOrder(ctx, { verb, target: server.handle, arguments: {} }, deps);
  });
  return feature;
};
