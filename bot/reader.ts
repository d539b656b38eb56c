import type { Context } from 'telegraf';
import type { Reader } from '#domain/following.ts';
import type { Receiver } from '#domain/notification.ts';
import { covers } from './filters/at-least.ts';
import { type Language, languageOf, type Translate, translator } from './locales/translate.ts';

const translatorAt: (language: Language, timeZone?: string) => Translate = translator;

/** The words and the clock of whoever reads a chat. */
export const wordsOf = ({ language, timeZone }: Reader): Translate =>
  translatorAt(languageOf(language), timeZone ?? undefined);

/** Whether buttons that change something belong there; in a group each tap is judged by its hand. */
export const mayAct = ({ receiver, role }: Reader): boolean =>
  receiver.chatId < 0n || covers(role, 'operator');

/** The chat, and the topic in it, in which this was said or tapped. */
export function receiverOf(ctx: Context): Receiver {
  const said = ctx.message ?? ctx.callbackQuery?.message;
  const inTopic = said && 'is_topic_message' in said && said.is_topic_message;
  const threadId = inTopic && 'message_thread_id' in said ? said.message_thread_id : undefined;
  return { chatId: BigInt(ctx.chat?.id ?? ctx.from?.id ?? 0), threadId: threadId ?? 0 };
}
