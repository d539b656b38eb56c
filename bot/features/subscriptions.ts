import { Composer } from 'telegraf';
import { LEVELS, NOTHING, type Subscription } from '#domain/following.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { fresh } from '../filters/fresh.ts';
import { ownChat } from '../filters/own-chat.ts';
import { receiverOf } from '../reader.ts';
import { renderFollowing } from '../render/following.ts';
import { code, join } from '../render/html.ts';

type Wish = Pick<Subscription, 'minSeverity' | 'scope' | 'target'>;
type Target = Pick<Subscription, 'scope' | 'target'>;
const ALL: Target = { scope: 'all', target: '' };

/** What this chat wants to hear, when without a sound, and whether it wants a daily digest. */
export const subscriptions = (deps: Pick<BotDeps, 'following' | 'groups' | 'clock'>) => {
  const { following, groups } = deps;
  const feature = new Composer<BotContext>();
  const guards = [ownChat, fresh(deps)] as const;
  const byOf = (ctx: BotContext) => `tg:${ctx.from?.id}`;

  async function show(ctx: BotContext): Promise<void> {
    const receiver = receiverOf(ctx);
    const [reader, own] = await Promise.all([
      following.reader(receiver),
      following.subscriptions(receiver),
    ]);
    await ctx.say(renderFollowing(ctx.t, reader, own));
  }

  const hasGroup = async (ctx: BotContext, { scope, target }: Target): Promise<boolean> => {
    if (scope !== 'group') return true;
    const names = (await groups.list()).map(({ name }) => name);
    if (names.includes(target)) return true;
    const known = code(names.slice(0, 30).join(', '));
    await ctx.say(ctx.t('subscribe.no_group', { group: target, known }));
    return false;
  };

  feature.command('subscribe', ...guards, async (ctx) => {
    const receiver = receiverOf(ctx);
    const isPrivate = receiver.chatId > 0n;
    const wish = wishOf(ctx.payload, isPrivate ? 'info' : 'warning');
    if (!wish) return ctx.say(usage(ctx));
    if (!(await hasGroup(ctx, wish))) return;
    const title = ctx.chat && 'title' in ctx.chat ? ctx.chat.title : null;
    await following.subscribe({ receiver, ...wish }, byOf(ctx), title);
    const own = await following.subscriptions(receiver);
    // Whoever wants something does not want nothing any more.
    if (wish.scope !== 'all' && own.some(isNothing)) {
      await following.unsubscribe(receiver, ALL, byOf(ctx));
    }
    return show(ctx);
  });

  feature.command('unsubscribe', ...guards, async (ctx) => {
    const receiver = receiverOf(ctx);
    const word = ctx.payload.trim();
    const one = word === '' ? null : targetOf(word);
    if (word !== '' && !one) return ctx.say(usage(ctx));
    const count = await following.unsubscribe(receiver, one, byOf(ctx));
    if (count === 0 && one) return ctx.say(ctx.t('unsubscribe.none'));
    // A person without any would hear everything: less must not become more.
    if (receiver.chatId > 0n && (await following.subscriptions(receiver)).length === 0) {
      const nothing = { receiver, minSeverity: NOTHING, ...ALL };
      await following.subscribe(nothing, byOf(ctx), null);
    }
    return show(ctx);
  });

  feature.command('quiet', ...guards, async (ctx) => {
    const word = ctx.payload.trim().toLowerCase();
    const [from, until] = word.split(/\s*[-–—]\s*/, 2).map(minutesOf);
    if (word === 'off') await following.setQuiet(receiverOf(ctx), null);
    else if (from != null && until != null && from !== until) {
      await following.setQuiet(receiverOf(ctx), { from, until });
    } else if (word !== '')
      return ctx.say(ctx.t('quiet.usage', { usage: code('/quiet 22:00-07:00') }));
    return show(ctx);
  });

  feature.command('digest', ...guards, async (ctx) => {
    const word = ctx.payload.trim().toLowerCase();
    const at = minutesOf(word);
    if (word === 'off') await following.setDigest(receiverOf(ctx), null);
    else if (at !== null) await following.setDigest(receiverOf(ctx), at);
    else if (word !== '') return ctx.say(ctx.t('digest.usage', { usage: code('/digest 09:00') }));
    return show(ctx);
  });
  return feature;
};

const isNothing = ({ scope, minSeverity }: Subscription): boolean =>
  scope === 'all' && minSeverity === NOTHING;

const usage = (ctx: BotContext) =>
  join([
    ctx.t('subscribe.usage', { usage: code('/subscribe critical group:web') }),
    code('/subscribe warning label:env=prod'),
  ]);

/** `critical group:web`, in any order; null when a word says nothing. */
export function wishOf(text: string, level: Wish['minSeverity']): Wish | null {
  let wish: Wish = { minSeverity: level, ...ALL };
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const named = LEVELS.find((known) => known === word.toLowerCase());
    const target = named ? null : targetOf(word);
    if (!named && !target) return null;
    wish = { ...wish, ...(named && { minSeverity: named }), ...target };
  }
  return wish;
}

function targetOf(word: string): Target | null {
  if (word.toLowerCase() === 'all') return ALL;
  const [, scope, target = ''] = /^(group|label):(.{1,200})$/i.exec(word) ?? [];
  if (target === '' || target.startsWith('=')) return null;
  return { scope: scope?.toLowerCase() === 'group' ? 'group' : 'label', target };
}

/** `22:00`, `7:30` or `7`; null for all else. */
export function minutesOf(word: string): number | null {
  const [, hours, minutes = '0'] = /^(\d{1,2})(?::(\d{2}))?$/.exec(word.trim()) ?? [];
  const [h, m] = [Number(hours), Number(minutes)];
  return hours !== undefined && h < 24 && m < 60 ? h * 60 + m : null;
}
