import type { Message, Update } from 'telegraf/types';
import type { BotContext } from './context.ts';
import { acknowledged } from './filters/fresh.ts';

/**
 * Turns a tap into the command it stands for, as if its person had typed it: with their role, and
 * with the age of the message that offered it, so that old offers act no more than old words.
 * Null, and offers that Telegram no longer shows, stand for nothing: false, and the person is told.
 */
export async function asTyped(ctx: BotContext, text: string | null): Promise<boolean> {
  const query = ctx.callbackQuery;
  const onTime = await acknowledged(ctx);
  const offer = query?.message;
  if (!query || !offer || !onTime || offer.date === 0 || text === null) {
    await ctx.say(ctx.t('refused.late_tap'));
    return false;
  }
  const { chat, date, message_id } = offer;
  const topic = 'is_topic_message' in offer && offer.is_topic_message;
  const message = {
    ...{ message_id, chat, date, text, from: query.from },
    entities: [{ type: 'bot_command', offset: 0, length: text.split(/\s/)[0]?.length ?? 0 }],
    ...(topic && { is_topic_message: true, message_thread_id: offer.message_thread_id }),
  } as Message.TextMessage;
  // The update itself becomes another: what stands behind in the chain sees a typed command.
  const update: Update = { update_id: ctx.update.update_id, message } as Update.MessageUpdate;
  Object.assign(ctx, { update });
  return true;
}
