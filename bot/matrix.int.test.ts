import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#domain/user.ts';
import type { Chat, Message, Person } from '#simulators/telegram/model.ts';
import { chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE } from '#test/builders/chat-stage.ts';
import { MATRIX, missingRow } from '#test/support/chat-matrix.ts';
import { COMMANDS } from './features/commands.ts';
import { covers } from './filters/at-least.ts';

const person = (id: number, first_name: string): Person => ({ ...ANN, id, first_name });
const PEOPLE: readonly (readonly [Role | null, Person])[] = [
  [null, EVE],
  ['viewer', person(31, 'Vera')],
  ['operator', person(32, 'Olga')],
  ['owner', ANN],
];
const FORUM = -100_700;
const PLACES: Readonly<Record<string, { chat?: Chat; message_thread_id?: number }>> = {
  'a private chat': {},
  'a group': { chat: { id: -800, type: 'group', title: 'ops' } },
  'a supergroup': { chat: { id: -100_800, type: 'supergroup', title: 'ops' } },
  'a topic of a forum': {
    chat: { id: FORUM, type: 'supergroup', title: 'ops', is_forum: true },
    message_thread_id: 7,
  },
};

let stage: ChatStage;
beforeEach(async () => {
  const roles = PEOPLE.flatMap(([role, { id }]) => (role === null ? [] : [[id, role] as const]));
  stage = await chatStage(Object.fromEntries(roles));
  stage.servers.push(chatServer('vps-1001'));
  stage.telegram.chats.topic(FORUM, 7, 'open');
  stage.telegram.chats.topic(FORUM, 8, 'open');
  stage.start();
});
afterEach(() => stage.close());

/** What people of a lesser role are told. */
const REFUSED = /you have to be (a viewer|an operator|the owner)/;
const BROKEN = /Something went wrong|I did not understand/;

function kindOf(answers: readonly Message[]): 'silence' | 'refusal' | 'answer' {
  if (answers.length === 0) return 'silence';
  return answers.every(({ text }) => REFUSED.test(text)) ? 'refusal' : 'answer';
}

it.each(COMMANDS.map(({ name }) => name))('/%s has a row in the matrix', (name) => {
  if (!Object.hasOwn(MATRIX, name)) throw new Error(missingRow(name));
});

const known = COMMANDS.filter(({ name }) => Object.hasOwn(MATRIX, name));
describe.each(Object.entries(PLACES))('in %s', (_, place) => {
  it.each(known)('/$name is answered by role, there and nowhere else', async (command) => {
    const { words, says, inGroup, groupRole } = MATRIX[command.name] ?? { says: /./ };
    const needed = (place.chat && groupRole) || command.role;
    const line = `/${command.name}${words === undefined ? '' : ` ${words}`}`;
    for (const [role, from] of PEOPLE) {
      const answers = await stage.during(() => stage.telegram.say(from, line, place));
      const text = answers.map((message) => message.text || message.caption).join('\n');
      const chat = place.chat?.id ?? from.id;
      const hint = `${line} from ${role ?? 'a stranger'}: ${text}`;
      for (const message of answers) {
        expect([message.chat.id, message.message_thread_id], hint).toEqual([
          chat,
          place.message_thread_id,
        ]);
      }
      if (role === null) {
        expect(kindOf(answers), hint).toBe('silence');
        continue;
      }
      expect(text, hint).not.toMatch(BROKEN);
      if (covers(role, needed)) {
        expect(kindOf(answers), hint).toBe('answer');
        expect(text, hint).toMatch(place.chat && inGroup ? inGroup : says);
      } else if (kindOf(answers) !== 'refusal') {
        // Where it may not be said at all that may be the answer to everybody.
        expect(text, hint).toMatch(place.chat && inGroup ? inGroup : REFUSED);
      }
    }
  });
});

it('answers nobody who hides behind the group', async () => {
  const chat = { id: -100_800, type: 'supergroup', title: 'ops' } as const;
  const hidden = { ...ANN, id: 1_087_968_824, is_bot: true, first_name: 'Group' };
  for (const { name } of COMMANDS) {
    expect(await stage.ask(hidden, `/${name}`, { chat, sender_chat: chat }), name).toBe('');
    // The person is known, and still it is the group that speaks.
    expect(await stage.ask(ANN, `/${name}`, { chat, sender_chat: chat }), name).toBe('');
  }
});
