import { Composer } from 'telegraf';
import type { MaintenanceWindow } from '#domain/maintenance.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import {
  endButton,
  nameOfWindow,
  openWindow,
  sayUsage,
  scopeOf,
  secondsOf,
} from '../orders/window.ts';
import { join, shown } from '../render/html.ts';
import { reasonOf } from '../render/reason.ts';

const SHOWN = 10;

/** Windows in which a server, a group or a label neither alerts nor is recovered. */
export const maintenance = (
  deps: Pick<BotDeps, 'maintenance' | 'servers' | 'groups' | 'clock'>,
) => {
  const { clock } = deps;
  const feature = new Composer<BotContext>();
  const guards = [atLeast('operator'), fresh(deps)] as const;

  async function list(ctx: BotContext): Promise<void> {
    const { t } = ctx;
    const open = await deps.maintenance.list({ active: clock.now() });
    if (open.length === 0) return ctx.say(t('maint.none'));
    const listed = open.slice(0, SHOWN);
    const line = (window: MaintenanceWindow) =>
      t('maint.line', {
        server: nameOfWindow(window),
        until: t.moment(window.until),
        reason: shown(reasonOf(t, window.reason, window.createdBy), 100),
      });
    return ctx.say({
      text: join(listed.map(line)),
      buttons: listed.map((window) => [endButton(ctx, window)]),
    });
  }

  feature.command('maint', ...guards, async (ctx) => {
    const [word, duration, ...rest] = ctx.payload.trim().split(/\s+/);
    if (!word) return list(ctx);
    const scope = await scopeOf(ctx, word, deps);
    if (!scope) return;
    const seconds = secondsOf(duration);
    if (seconds === null) return sayUsage(ctx);
    // By the message's own time: the same update, repeated, asks for the same window.
    const from = new Date(ctx.message.date * 1000);
    return openWindow(ctx, scope, { from, seconds, reason: rest.join(' ') }, deps);
  });

  feature.action(/^mw\.e\.([0-9a-f-]{36})$/, ...guards, async (ctx) => {
    const now = clock.now();
    const window = await deps.maintenance.find(ctx.match[1] ?? '');
    if (!window || window.endedAt || window.until <= now) return ctx.say(ctx.t('maint.over'));
    await deps.maintenance.end(window.id, `tg:${ctx.from.id}`, now);
    return ctx.say(ctx.t('maint.ended', { server: nameOfWindow(window) }));
  });
  return feature;
};
