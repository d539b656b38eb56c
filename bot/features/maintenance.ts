import { Composer } from 'telegraf';
import type { MaintenanceWindow } from '#domain/maintenance.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { bold, code, join, shown } from '../render/html.ts';
import type { Button } from '../render/message.ts';

const USAGE = '/maint vps-1 2h disk';
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };
const RUSSIAN: Readonly<Record<string, string>> = { м: 'm', ч: 'h', д: 'd' };
const LONGEST = 90 * 86_400;
const SHOWN = 10;

/** Seconds of `30m`, `2h`, `1d`; null for anything else and for more than 90 days. */
export function secondsOf(word: string | undefined): number | null {
  const [, count, unit = ''] = /^(\d{1,5})(m|h|d|м|ч|д)$/i.exec(word ?? '') ?? [];
  const seconds = Number(count) * (UNITS[RUSSIAN[unit.toLowerCase()] ?? unit.toLowerCase()] ?? 0);
  return seconds > 0 && seconds <= LONGEST ? seconds : null;
}

/** Windows in which a server neither alerts nor is recovered. */
export const maintenance = (deps: Pick<BotDeps, 'maintenance' | 'servers' | 'clock'>) => {
  const { clock } = deps;
  const feature = new Composer<BotContext>();
  const guards = [atLeast('operator'), fresh(deps)] as const;
  const named = ({ target }: MaintenanceWindow) => bold(shown(target));
  const endButton = ({ t }: BotContext, window: MaintenanceWindow): Button => ({
    text: t.plain('button.end_maint', { server: window.target.slice(0, 40) }),
    data: `mw.e.${window.id}`,
  });

  async function list(ctx: BotContext): Promise<void> {
    const { t } = ctx;
    const open = await deps.maintenance.list({ active: clock.now() });
    if (open.length === 0) return ctx.say(t('maint.none'));
    const listed = open.slice(0, SHOWN);
    const line = (window: MaintenanceWindow) =>
      t('maint.line', {
        server: named(window),
        until: t.moment(window.until),
        reason: shown(window.reason, 100),
      });
    return ctx.say({
      text: join(listed.map(line)),
      buttons: listed.map((window) => [endButton(ctx, window)]),
    });
  }

  feature.command('maint', ...guards, async (ctx) => {
    const [word, duration, ...rest] = ctx.payload.trim().split(/\s+/);
    if (!word) return list(ctx);
    const server = await findServer(ctx, deps, word, USAGE);
    if (!server) return;
    const seconds = secondsOf(duration);
    if (seconds === null) return ctx.say(ctx.t('maint.usage', { usage: code(USAGE) }));
    // By the message's own time: the same update, repeated, asks for the same window.
    const from = new Date(ctx.message.date * 1000);
    const until = new Date(from.getTime() + seconds * 1000);
    const target = server.handle;
    const createdBy = `tg:${ctx.from.id}`;
    const before = await deps.maintenance.list({ active: clock.now(), scope: 'server', target });
    const reason = rest.join(' ').slice(0, 500) || ctx.t.plain('maint.reason');
    const window =
      before.find((w) => w.createdBy === createdBy && w.until.getTime() === until.getTime()) ??
      (await deps.maintenance.create({ scope: 'server', target, from, until, reason, createdBy }));
    return ctx.say({
      text: ctx.t('maint.begun', { server: named(window), until: ctx.t.moment(window.until) }),
      buttons: [[endButton(ctx, window)]],
    });
  });

  feature.action(/^mw\.e\.([0-9a-f-]{36})$/, ...guards, async (ctx) => {
    const now = clock.now();
    const window = await deps.maintenance.find(ctx.match[1] ?? '');
    if (!window || window.endedAt || window.until <= now) return ctx.say(ctx.t('maint.over'));
    await deps.maintenance.end(window.id, `tg:${ctx.from.id}`, now);
    return ctx.say(ctx.t('maint.ended', { server: named(window) }));
  });
  return feature;
};
