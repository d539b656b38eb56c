import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import { bold, html, join } from '../render/html.ts';
import { commandsFor } from './commands.ts';

export const help = () => {
  const feature = new Composer<BotContext>();
  feature.help(async (ctx) => {
    const lines = commandsFor(ctx.person.role).map(({ name, usage, help: text }) =>
      html(`/${name}${usage} — ${ctx.t(text).html}`),
    );
    await ctx.say(join([bold(ctx.t('help.title')), ...lines]));
  });
  return feature;
};
