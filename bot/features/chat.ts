import { Composer } from 'telegraf';
import type { ChatWords } from '#domain/following.ts';
import { ChatLanguage, timeZoneOf } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { fresh } from '../filters/fresh.ts';
import { ownChat } from '../filters/own-chat.ts';
import { receiverOf, wordsOf } from '../reader.ts';
import { code, join, shown } from '../render/html.ts';
import { LANGUAGE_USAGE, renderChatSettings, ZONE_USAGE } from '../render/settings.ts';
import { settingsSections } from '../settings-sections.ts';

const isGroup = (ctx: BotContext) => ctx.chat !== undefined && ctx.chat.type !== 'private';

/** What a group, or a topic of a forum, is spoken to in: its owner's choice. */
export const chat = (deps: BotDeps) => {
  const { following, clock } = deps;
  const feature = new Composer<BotContext>();
  const sections = settingsSections.map((section) => section(deps));

  /** In the group's own words, so that a choice is seen at once. */
  async function show(ctx: BotContext): Promise<void> {
    const reader = await following.reader(receiverOf(ctx));
    ctx.t = wordsOf(reader);
    const own = renderChatSettings(ctx.t, reader, clock.now());
    const more = await Promise.all(sections.map((section) => section(ctx)));
    return ctx.say(join([own, ...more.map(({ text }) => text)], '\n\n'));
  }

  async function choose(ctx: BotContext, words: ChatWords): Promise<void> {
    const title = ctx.chat && 'title' in ctx.chat ? ctx.chat.title : null;
    await following.speak(receiverOf(ctx), words, `tg:${ctx.from?.id}`, title);
    return show(ctx);
  }

  const usage = ({ t }: BotContext) =>
    t('settings.usage', { zone: code(ZONE_USAGE), language: code(LANGUAGE_USAGE) });

  async function order(ctx: BotContext): Promise<void> {
    const [, what = '', value = '', ...rest] = (ctx.text ?? '').trim().split(/\s+/);
    if (what === '') return show(ctx);
    if (value === '' || rest.length > 0) return ctx.say(usage(ctx));
    if (what === 'tz') {
      const timeZone = timeZoneOf(value);
      if (timeZone !== null) return choose(ctx, { timeZone });
      const values = { zone: shown(value, 64), example: code('Europe/Vilnius') };
      return ctx.say(ctx.t('settings.zone_unknown', values));
    }
    const language = ChatLanguage.safeParse(value.toLowerCase()).data;
    if (what !== 'lang' || language === undefined) return ctx.say(usage(ctx));
    return choose(ctx, { language });
  }

  feature.command('settings', Composer.optional(isGroup, ownChat, fresh(deps), order));
  return feature;
};
