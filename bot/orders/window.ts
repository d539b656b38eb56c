import type { MaintenanceScope, MaintenanceWindow } from '#domain/maintenance.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { findServer } from '../filters/find-server.ts';
import { bold, code, type Html, shown } from '../render/html.ts';
import type { Button } from '../render/message.ts';
import { standIn } from '../render/reason.ts';

const USAGE = '/maint vps-1 2h disk';
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };
const RUSSIAN: Readonly<Record<string, string>> = { м: 'm', ч: 'h', д: 'd' };
const LONGEST = 90 * 86_400;
/** Two windows of one person that end within this time of each other are one order, said twice. */
const SAME_MS = 60_000;
const LABEL = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,62}(=[^\s=]{1,128})?$/u;

/** Durations that buttons offer. */
export const DURATIONS = ['30m', '2h', '8h', '1d'] as const;

/** Seconds of `30m`, `2h`, `1d`; null for anything else and for more than 90 days. */
export function secondsOf(word: string | undefined): number | null {
  const [, count, unit = ''] = /^(\d{1,5})(m|h|d|м|ч|д)$/i.exec(word ?? '') ?? [];
  const seconds = Number(count) * (UNITS[RUSSIAN[unit.toLowerCase()] ?? unit.toLowerCase()] ?? 0);
  return seconds > 0 && seconds <= LONGEST ? seconds : null;
}

export const sayUsage = (ctx: BotContext): Promise<void> =>
  ctx.say(ctx.t('maint.usage', { usage: code(USAGE) }));

interface Scope {
  readonly scope: MaintenanceScope;
  readonly target: string;
}

/** `vps-1`, `group:web` or `label:role=db`; null when it is not clear, and then that was said. */
export async function scopeOf(
  ctx: BotContext,
  word: string,
  deps: Pick<BotDeps, 'servers' | 'groups'>,
): Promise<Scope | null> {
  const [, kind, name = ''] = /^(group|label):(.*)$/s.exec(word) ?? [];
  if (kind === 'group') return { scope: 'group', target: (await deps.groups.require(name)).name };
  if (kind === 'label') {
    if (LABEL.test(name)) return { scope: 'label', target: name };
    await sayUsage(ctx);
    return null;
  }
  const server = await findServer(ctx, deps, word, USAGE);
  return server && { scope: 'server', target: server.handle };
}

/** A server by its handle; the others as one writes them. */
export const nameOfWindow = ({ scope, target }: Scope): Html =>
  bold(shown(scope === 'server' ? target : `${scope}:${target}`));

export const endButton = ({ t }: BotContext, window: MaintenanceWindow): Button => ({
  text: t.plain('button.end_maint', { server: window.target.slice(0, 40) }),
  data: `mw.e.${window.id}`,
});

/** Opens a window, once per order, and says until when it holds. */
export async function openWindow(
  ctx: BotContext,
  { scope, target }: Scope,
  { from, seconds, reason }: { from: Date; seconds: number; reason: string },
  { maintenance, clock }: Pick<BotDeps, 'maintenance' | 'clock'>,
): Promise<void> {
  const { t } = ctx;
  const until = new Date(from.getTime() + seconds * 1000);
  const createdBy = `tg:${ctx.from?.id}`;
  const before = await maintenance.list({ active: clock.now(), scope, target });
  const same = (window: MaintenanceWindow) =>
    window.createdBy === createdBy && Math.abs(window.until.getTime() - until.getTime()) < SAME_MS;
  const said = reason.slice(0, 500) || standIn('maint.reason');
  const window =
    before.find(same) ??
    (await maintenance.create({ scope, target, from, until, reason: said, createdBy }));
  return ctx.say({
    text: t('maint.begun', { server: nameOfWindow(window), until: t.moment(window.until) }),
    buttons: [[endButton(ctx, window)]],
  });
}
