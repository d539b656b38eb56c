import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';

/** The last feature: what nobody took. Groups are spared. */
export const unknown = () => {
  const feature = new Composer<BotContext>();
  feature.on('message', async (ctx) => {
    if (ctx.chat.type === 'private' && 'text' in ctx.message) await ctx.say(ctx.t('unknown.text'));
  });
  // A button of an older version: the tap must not spin for ever.
  feature.on('callback_query', (ctx) => ctx.answerCbQuery());
  return feature;
};
