import type { Message, Person } from '#simulators/telegram/model.ts';
import { ANN, type ChatStage, chatStage, IVAN } from './chat-stage.ts';
import { lookFixture } from './look-fixture.ts';

export const OLGA: Person = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' };
export const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;

/** The bot after a night in which something has happened: an owner, an operator and a viewer look. */
export async function lookStage() {
  const stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  const night = lookFixture(stage);
  stage.start();
  return { stage, night };
}

/** The first answer to what somebody says. */
export async function first(stage: ChatStage, from: Person, text: string): Promise<Message> {
  const [message] = await stage.during(() => stage.telegram.say(from, text));
  if (!message) throw new Error('no answer');
  return message;
}

/** The message after its button was tapped. */
export async function tap(
  stage: ChatStage,
  from: Person,
  message: Message,
  button: string,
): Promise<Message> {
  const [edited] = await stage.during(() => stage.telegram.tap(from, message, button));
  if (!edited) throw new Error('nothing changed');
  return edited;
}

export const labels = (message: Message): readonly string[] =>
  message.reply_markup?.inline_keyboard?.flat().map((button) => button.text) ?? [];
