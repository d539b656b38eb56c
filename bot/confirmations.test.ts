import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Server } from '#domain/server.ts';
import type { Message } from '#simulators/telegram/model.ts';
import { chatIncident, chatServer, uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';

const OLGA = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' } as const;
const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;
const YES = 'Yes, reboot';

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  stage.servers.push(chatServer('vps-1', { id: uuid() }));
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const question = async (from: typeof ANN, text: string, chat?: typeof GROUP): Promise<Message> => {
  const [message] = await stage.during(() =>
    stage.telegram.say(from, text, { ...(chat && { chat }) }),
  );
  if (!message) throw new Error('no question');
  return message;
};
const tap = (from: typeof ANN, message: Message, button: string) =>
  stage.during(() => stage.telegram.tap(from, message, button));
const change = (over: Partial<Server>) => {
  stage.servers[0] = { ...(stage.servers[0] as Server), ...over };
};
const order = () => [...stage.chatOrders.rows.values()][0];
const dataOf = (message: Message) =>
  message.reply_markup?.inline_keyboard?.flat().map((button) => button.callback_data ?? '') ?? [];

describe('an order that interrupts', () => {
  it('says what happens, is lost and can be undone, and is carried out on a tap', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    for (const part of [
      ...['Reboot vps-1?', 'Where: 192.0.2.7, time4vps 1, now: ready', 'What happens:'],
      ...['Lost:', 'Way back:', 'open until'],
    ]) {
      expect(asked.text).toContain(part);
    }
    expect(stage.agent.commands).toEqual([]);
    const [done, ...more] = await tap(OLGA, asked, YES);
    expect(done?.message_id).toBe(asked.message_id);
    expect(done?.text).toContain('Accepted: reboot of vps-1');
    expect(more).toEqual([]);
    const key = `order:${order()?.id}`;
    expect(stage.agent.commands).toEqual([{ kind: 'reboot', target: 'vps-1', by: 'tg:13', key }]);
    expect(order()).toMatchObject({ status: 'confirmed', operationId: stage.operations[0]?.id });
  });

  it('is asked in the words of the reader', async () => {
    stage.users.set(BigInt(IVAN.id), { ...stage.users.get(11n), role: 'operator' } as never);
    const asked = await question(IVAN, '/reboot vps-1');
    expect(asked.text).toContain('Что пропадёт:');
    const [done] = await tap(IVAN, asked, 'Да, перезагрузить');
    expect(done?.text).toContain('Принято: перезагрузка vps-1');
  });

  it('is left alone on a no, and a yes afterwards changes nothing', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    const [yes] = dataOf(asked);
    const [left] = await tap(OLGA, asked, 'Leave it');
    expect(left?.text).toContain('Left as it is');
    expect(left?.reply_markup?.inline_keyboard ?? []).toEqual([]);
    const [late] = await stage.during(() => press(OLGA, asked, yes));
    expect(late?.text ?? left?.text).toContain('Left as it is');
    expect(stage.agent.commands).toEqual([]);
  });

  it('is carried out once for two taps at once, and for a tap that is delivered again', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    await stage.during(() => {
      stage.telegram.tap(OLGA, asked, YES);
      stage.telegram.tap(OLGA, asked, YES);
    });
    expect(stage.agent.commands).toHaveLength(1);
    expect(stage.telegram.screen(OLGA.id).at(-1)?.text).toContain('answered with yes already');
  });

  it('goes on where it was cut short: the same update once more, and no other', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    stage.agent.failures.push(new Error('killed between the word and the deed'));
    const [done] = await tap(OLGA, asked, YES);
    expect(done?.text).toContain('Accepted: reboot of vps-1');
    expect(stage.operations).toHaveLength(1);
  });

  it('says that nothing was started when its handling had to be given up', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    for (let n = 0; n < 5; n++) stage.agent.failures.push(new Error(`boom ${n}`));
    expect((await tap(OLGA, asked, YES)).at(-1)?.text).toContain('Something went wrong');
    const [said] = await tap(OLGA, asked, YES);
    expect(said?.text).toContain('It has started nothing');
    expect(stage.operations).toEqual([]);
  });

  it('outlives a restart between question and answer', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    await stage.stop();
    stage.start();
    await tap(OLGA, asked, YES);
    expect(stage.operations).toHaveLength(1);
  });

  it('is nobody else’s to confirm, whatever their role', async () => {
    const asked = await question(OLGA, '/reboot vps-1', GROUP);
    expect(await tap(ANN, asked, YES)).toEqual([]);
    expect(stage.events.filter((e) => e.type === 'toast').at(-1)).toMatchObject({
      text: expect.stringContaining('Only Olga can answer this'),
    });
    expect(order()?.status).toBe('asked');
    await tap(OLGA, asked, YES);
    expect(stage.operations).toHaveLength(1);
  });

  it('is not confirmed by somebody who has lost the role meanwhile', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    stage.users.set(13n, { ...stage.users.get(13n), role: 'viewer' } as never);
    await tap(OLGA, asked, YES);
    expect(stage.agent.commands).toEqual([]);
  });

  it.each([
    ['its status', () => change({ status: 'error' })],
    [
      'its address',
      () => change({ connection: { ...chatServer('vps-1').connection, ipv4: '192.0.2.9' } }),
    ],
    ['its provider’s id', () => change({ providerRef: '77' })],
    ['its mode', () => change({ mode: 'auto' })],
    ['an incident', () => stage.incidents.push(chatIncident({ serverHandle: 'vps-1' }))],
  ])('is void once %s has changed, and is asked anew', async (_, happen) => {
    const asked = await question(OLGA, '/reboot vps-1');
    happen();
    const [again] = await tap(OLGA, asked, YES);
    expect(again?.message_id).toBe(asked.message_id);
    expect(again?.text).toContain('Something has changed');
    expect(again?.text).toContain('Reboot vps-1?');
    expect(stage.agent.commands).toEqual([]);
    if (again) await tap(OLGA, again, YES);
    expect(stage.agent.commands).toHaveLength(1);
    expect([...stage.chatOrders.rows.values()].map(({ status }) => status)).toEqual([
      ...['expired', 'confirmed'],
    ]);
  });

  it('is refused in the words of the policy when it may not be done any more', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    change({ handsOff: true });
    const [said] = await tap(OLGA, asked, YES);
    expect(said?.text).toContain('hands off');
    expect(stage.agent.commands).toEqual([]);
    expect(await stage.ask(OLGA, '/reboot vps-1')).toContain('hands off');
  });

  it('expires after ten minutes, and says so on its message', async () => {
    const asked = await question(OLGA, '/reboot vps-1');
    stage.clock.shift = 601_000;
    const [said] = await tap(OLGA, asked, YES);
    expect(said?.message_id).toBe(asked.message_id);
    expect(said?.text).toContain('has expired');
    expect(said?.reply_markup?.inline_keyboard ?? []).toEqual([]);
    expect(stage.agent.commands).toEqual([]);
  });

  it('joins what is under way instead of asking about it', async () => {
    await tap(OLGA, await question(OLGA, '/reboot vps-1'), YES);
    expect(await stage.ask(ANN, '/reboot vps-1')).toContain('under way already: reboot of vps-1');
    expect(await stage.ask(ANN, '/recover vps-1')).toContain('no open incident');
    expect(await stage.ask(ANN, '/rebuild vps-1 reset')).toContain('takes the place');
  });

  it('keeps the disk with reset, which an operator may order', async () => {
    const asked = await question(OLGA, '/rebuild vps-1 reset');
    expect(asked.text).toContain('keep its disk');
    await tap(OLGA, asked, 'Yes, rebuild and keep the disk');
    expect(stage.agent.commands).toMatchObject([{ kind: 'rebuild', mode: 'reset' }]);
    expect(stage.agent.commands[0]?.delaySeconds).toBeUndefined();
  });
});

describe('an order that loses data', () => {
  const reply = (from: typeof ANN, prompt: Message, text: string, chat?: typeof GROUP) =>
    stage.ask(from, text, { reply_to_message: prompt, ...(chat && { chat }) });

  it('is the owner’s; an operator is offered what keeps the disk', async () => {
    const said = await question(OLGA, '/rebuild vps-1');
    expect(said.text).toContain('only the owner may order it');
    const [asked] = await tap(OLGA, said, 'Rebuild, keep disk…');
    expect(asked?.text).toContain('keep its disk?');
    expect(await stage.ask(IVAN, '/rebuild vps-1')).toContain('оператор');
  });

  it('asks in a group the one who asked, and takes the name from nobody else', async () => {
    const prompt = await question(ANN, '/rebuild vps-1', GROUP);
    expect(prompt.reply_markup).toMatchObject({ force_reply: true, selective: true });
    expect(await reply(OLGA, prompt, 'vps-1', GROUP)).toContain('Only Ann can answer this');
    expect(stage.agent.commands).toEqual([]);
    expect(await reply(ANN, prompt, 'vps-1', GROUP)).toContain('Accepted: reinstallation');
    expect(stage.agent.commands).toHaveLength(1);
  });

  it('cannot be confirmed by a button that somebody made up', async () => {
    await question(ANN, '/rebuild vps-1');
    const made = stage.telegram.screen(ANN.id)[0] as Message;
    const [said] = await stage.during(() => press(ANN, made, `or.y.${order()?.id}`));
    expect(said?.text).toContain('do not know this question');
    expect(stage.agent.commands).toEqual([]);
  });

  it('is void once the facts have changed, and expires', async () => {
    const prompt = await question(ANN, '/rebuild vps-1');
    change({ status: 'error' });
    const again = await stage.during(() =>
      stage.telegram.say(ANN, 'vps-1', { reply_to_message: prompt }),
    );
    expect(again[0]?.text).toContain('Something has changed');
    expect(again[0]?.reply_markup).toMatchObject({ force_reply: true });
    expect(await reply(ANN, prompt, 'vps-1')).toContain('has expired');
    stage.clock.shift = 601_000;
    expect(await reply(ANN, again[0] as Message, 'vps-1')).toContain('has expired');
    expect(stage.agent.commands).toEqual([]);
  });
});

/** A tap whose button the client no longer shows. */
function press(from: typeof ANN, message: Message, data = '') {
  stage.telegram.push({
    callback_query: { id: `made-up-${data}`, from, message, chat_instance: 'x', data },
  });
  return until(() => stage.telegram.queue.length >= 0);
}
