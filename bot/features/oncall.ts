import { Composer } from 'telegraf';
import type { OnCallSlot } from '#domain/following.ts';
import type { User } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { createNames } from '../people.ts';
import { code, join } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import { renderOnCall } from '../render/on-call.ts';

const DEFAULT_MINUTES = 10;
const MOST_MINUTES = 1440;
const MOST_SLOTS = 20;
const PEOPLE = { offset: 0, limit: 200 };

/** The list along which people are called about what nobody takes. */
export const oncall = (deps: Pick<BotDeps, 'onCall' | 'users' | 'clock'>) => {
  const { users } = deps;
  const feature = new Composer<BotContext>();
  const guards = [atLeast('owner'), fresh(deps)] as const;
  const nameOf = createNames(users);
  const byOf = (ctx: BotContext) => `tg:${ctx.from?.id}`;

  const people = async (): Promise<readonly User[]> =>
    (await users.list(PEOPLE)).items.filter(({ role }) => role !== null);

  async function list(ctx: BotContext): Promise<Rendered> {
    const slots = await deps.onCall.slots();
    const listed = new Set(slots.map(({ telegramId }) => telegramId));
    const names = await Promise.all(
      slots.map(({ telegramId }) => nameOf(telegramId === null ? '' : `tg:${telegramId}`)),
    );
    const others = (await people()).filter(({ telegramId }) => !listed.has(telegramId));
    const addable = await Promise.all(
      others.map(async ({ telegramId: id }) => ({ id, name: await nameOf(`tg:${id}`) })),
    );
    return renderOnCall(ctx.t, { slots, names, addable });
  }

  async function add(ctx: BotContext, slot: Pick<OnCallSlot, 'telegramId' | 'afterMinutes'>) {
    const slots = await deps.onCall.slots();
    if (slots.length >= MOST_SLOTS) return ctx.say(ctx.t('oncall.full', { count: MOST_SLOTS }));
    await deps.onCall.add(slot, byOf(ctx));
  }

  /** `add @ann 15`, `add 4711`, `webhook 15`; null when it is none of them, `unknown` for a stranger. */
  async function slotOf(text: string) {
    const [verb = '', ...rest] = text.split(/\s+/);
    const whom = verb === 'add' ? rest.shift() : verb === 'webhook' ? 'webhook' : undefined;
    const [minutes = String(DEFAULT_MINUTES), ...extra] = rest;
    const afterMinutes = /^\d{1,4}$/.test(minutes) ? Number(minutes) : 0;
    if (!whom || extra.length > 0 || afterMinutes < 1 || afterMinutes > MOST_MINUTES) return null;
    if (whom === 'webhook') return { telegramId: null, afterMinutes };
    const wanted = whom.replace(/^@/, '').toLowerCase();
    const person = (await people()).find(
      (one) => one.username?.toLowerCase() === wanted || String(one.telegramId) === wanted,
    );
    return person ? { telegramId: person.telegramId, afterMinutes } : ('unknown' as const);
  }

  feature.command('oncall', ...guards, async (ctx) => {
    const text = ctx.payload.trim().toLowerCase();
    if (text === '') return ctx.say(await list(ctx));
    const slot = await slotOf(text);
    if (slot === 'unknown') return ctx.say(ctx.t('oncall.unknown'));
    if (slot === null) {
      const examples = [code('/oncall add @ann 15'), code('/oncall webhook 30')];
      return ctx.say(join([ctx.t('oncall.usage'), ...examples]));
    }
    await add(ctx, slot);
    return ctx.say(await list(ctx));
  });

  feature.action(/^cd\.([ud])\.([0-9a-f-]{36})$/, ...guards, async (ctx) => {
    const [, verb, id = ''] = ctx.match;
    await (verb === 'u' ? deps.onCall.raise(id, byOf(ctx)) : deps.onCall.remove(id, byOf(ctx)));
    return ctx.redraw(await list(ctx));
  });
  feature.action(/^cd\.a\.(\d{1,18})$/, ...guards, async (ctx) => {
    const telegramId = BigInt(ctx.match[1] ?? '0');
    const known = (await people()).some((person) => person.telegramId === telegramId);
    const slots = await deps.onCall.slots();
    // A double tap adds nobody twice; who is meant to be called twice is typed.
    if (known && !slots.some((slot) => slot.telegramId === telegramId)) {
      await add(ctx, { telegramId, afterMinutes: DEFAULT_MINUTES });
    }
    return ctx.redraw(await list(ctx));
  });
  return feature;
};
