import { Composer } from 'telegraf';
import { RecoveryMode, Rung } from '#domain/recovery.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { orderMode, showModes } from '../orders/choose-mode.ts';
import { GROUP } from '../orders/mode.ts';
import { code } from '../render/html.ts';

const USAGE = '/mode vps-1 ask';
const GROUP_USAGE = '/mode group:web auto reboot';

/** How far recoveries go by themselves, on one server or in a group. */
export const mode = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('mode', atLeast('owner'), fresh(deps), async (ctx) => {
    const { t } = ctx;
    const [word = '', wanted, height, ...more] = ctx.payload.trim().split(/\s+/);
    const usage = t('mode.usage', { server: code(USAGE), group: code(GROUP_USAGE) });
    if (word === '' || more.length > 0) return ctx.say(usage);
    const group = word.startsWith(GROUP);
    const server = group ? null : await findServer(ctx, deps, word, USAGE);
    if (!group && !server) return;
    if (wanted === undefined) {
      return server ? showModes(ctx, server, deps) : ctx.say(usage);
    }
    const parsed = RecoveryMode.safeParse(wanted.toLowerCase());
    const rung = Rung.optional().safeParse(height?.toLowerCase());
    if (!parsed.success || !rung.success) return ctx.say(usage);
    if (server && rung.data !== undefined) {
      const name = code(`${GROUP}${server.group}`);
      return ctx.say(t('mode.rung_of_group', { group: name }));
    }
    const target = server?.handle ?? word;
    return orderMode(ctx, { target, mode: parsed.data, rung: rung.data ?? null }, deps);
  });
  return feature;
};
