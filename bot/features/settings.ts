import { Composer } from 'telegraf';
import { ChatLanguage, timeZoneOf } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { acknowledged } from '../filters/fresh.ts';
import { privateOnly } from '../filters/private-only.ts';
import { translatorFor } from '../locales/translate.ts';
import { code, join, shown } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import {
  COMMON_ZONES,
  LANGUAGE_USAGE,
  renderSettings,
  renderZones,
  ZONE_USAGE,
} from '../render/settings.ts';
import { settingsSections } from '../settings-sections.ts';

/** What each person chooses for themselves. */
export const settings = (deps: BotDeps) => {
  const { users, clock } = deps;
  const feature = new Composer<BotContext>();
  const sections = settingsSections.map((section) => section(deps));

  async function card(ctx: BotContext): Promise<Rendered> {
    const mine = renderSettings(ctx.t, ctx.person, clock.now());
    const more = await Promise.all(sections.map((section) => section(ctx)));
    return {
      text: join([mine.text, ...more.map(({ text }) => text)], '\n\n'),
      buttons: [...(mine.buttons ?? []), ...more.flatMap(({ buttons }) => buttons)],
    };
  }

  /** From here on everything is said in the words just chosen. */
  async function choose(
    ctx: BotContext,
    choice: Parameters<typeof users.choose>[1],
  ): Promise<void> {
    ctx.person = await users.choose(ctx.person.telegramId, choice);
    ctx.t = translatorFor(ctx.person, ctx.from?.language_code);
    if (ctx.chat) ctx.menus.show({ chatId: ctx.chat.id, private: true }, ctx.person);
  }

  async function setZone(ctx: BotContext, name: string): Promise<void> {
    const timeZone = timeZoneOf(name);
    if (timeZone === null) {
      const values = { zone: shown(name, 64), example: code('Europe/Vilnius') };
      return ctx.say(ctx.t('settings.zone_unknown', values));
    }
    await choose(ctx, { timeZone });
    const { t } = ctx;
    return ctx.say(t('settings.zone_set', { zone: timeZone, now: t.moment(clock.now()) }));
  }

  const languageOf = (word: string) =>
    word === 'telegram' ? null : ChatLanguage.safeParse(word).data;

  feature.command('settings', privateOnly, async (ctx) => {
    const [what = '', value = '', ...rest] = ctx.payload.trim().split(/\s+/);
    if (what === '') return ctx.say(await card(ctx));
    if (what === 'tz' && value !== '' && rest.length === 0) return setZone(ctx, value);
    const language = languageOf(value.toLowerCase());
    if (what !== 'lang' || language === undefined || rest.length > 0) {
      const usage = { zone: code(ZONE_USAGE), language: code(LANGUAGE_USAGE) };
      return ctx.say(ctx.t('settings.usage', usage));
    }
    await choose(ctx, { language });
    return ctx.say(await card(ctx));
  });

  feature.action('pe.s', privateOnly, async (ctx) => {
    await acknowledged(ctx);
    return ctx.redraw(await card(ctx));
  });
  feature.action(/^pe\.s\.l\.(en|ru|telegram)$/, privateOnly, async (ctx) => {
    await acknowledged(ctx);
    await choose(ctx, { language: languageOf(ctx.match[1] ?? '') ?? null });
    return ctx.redraw(await card(ctx));
  });
  feature.action('pe.s.z', privateOnly, async (ctx) => {
    await acknowledged(ctx);
    return ctx.redraw(renderZones(ctx.t));
  });
  feature.action(/^pe\.s\.z\.(\d{1,2})$/, privateOnly, async (ctx) => {
    await acknowledged(ctx);
    const timeZone = COMMON_ZONES[Number(ctx.match[1])];
    if (timeZone) await choose(ctx, { timeZone });
    return ctx.redraw(await card(ctx));
  });
  return feature;
};
