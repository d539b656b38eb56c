import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { chatOperation, chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, until } from '#test/builders/chat-stage.ts';

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage();
  stage.servers.push(chatServer('vps-1001'), chatServer('vps-1002'), chatServer('vps-20'));
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

describe('/provision', () => {
  it('submits with a key of the update and offers to stop', async () => {
    const [answer] = await stage.during(() => stage.telegram.say(ANN, '/provision vps-1001'));
    expect(answer?.text).toContain('Accepted: preparation of vps-1001');
    expect(stage.agent.commands).toMatchObject([
      {
        kind: 'provision',
        target: 'vps-1001',
        by: 'tg:11',
        key: expect.stringMatching(/^tg:\d+$/),
      },
    ]);
    const short = stage.operations[0]?.id.slice(-8);
    await stage.during(() => answer && stage.telegram.tap(ANN, answer, `Stop vps-1001 (${short})`));
    expect(stage.operations[0]?.stopRequested).toBe('cancel');
  });

  it('understands a unique beginning or the provider id, and asks when it is not clear', async () => {
    expect(await stage.ask(ANN, '/provision vps-2')).toContain('preparation of vps-20');
    expect(await stage.ask(ANN, '/provision 1002')).toContain('preparation of vps-1002');
    expect(await stage.ask(ANN, '/provision vps-100')).toContain('Several servers fit');
    expect(await stage.ask(ANN, '/provision')).toContain('Which server?');
    expect(stage.agent.commands).toHaveLength(2);
  });

  it('takes a beginning for unique only where it is, however many servers there are', async () => {
    stage.servers.length = 0;
    for (let n = 0; n < 250; n++) stage.servers.push(chatServer(`b-${1000 + n}`));
    const text = await stage.ask(ANN, '/provision b');
    expect(text).toContain('Several servers fit');
    expect(text).toContain('and 230 more');
    expect(stage.agent.commands).toEqual([]);
    stage.servers.push(chatServer('c-b-1'));
    expect(await stage.ask(ANN, '/provision c')).toContain('c-b-1');
    expect(stage.agent.commands).toMatchObject([{ target: 'c-b-1' }]);
  });

  it('tells why it was refused, in the words of the table', async () => {
    stage.agent.failures.push(
      new OpsError('not_managed', 'vps-1001 has care "none" <b>', { hint: 'Set care & go.' }),
    );
    const text = await stage.ask(ANN, '/provision vps-1001');
    expect(text).toContain('This server is not managed');
    expect(text).toContain('vps-1001 has care "none" <b>\nSet care & go.');
  });

  it('acts once when Telegram delivers the update again', async () => {
    const message = stage.telegram.say(ANN, '/provision vps-1001');
    const update_id = stage.telegram.queue[0]?.update_id;
    await stage.settled();
    stage.telegram.push({ message, ...(update_id && { update_id }) });
    await until(() => stage.telegram.queue.length === 0);
    await stage.ask(ANN, '/help');
    expect(stage.agent.commands).toHaveLength(1);
  });

  it('is not carried out when it lay for hours', async () => {
    const date = Math.floor(Date.now() / 1000) - 7200;
    expect(await stage.ask(ANN, '/provision vps-1001', { date })).toContain('said 2 hr ago');
    expect(stage.agent.commands).toEqual([]);
  });

  it('repeats a handler that failed, and loses nothing', async () => {
    stage.agent.failures.push(new Error('boom'), new OpsError('storage_unavailable', 'away'));
    expect(await stage.ask(ANN, '/provision vps-1001')).toContain('Accepted');
    expect(stage.agent.commands).toHaveLength(1);
  });

  it('gives up a handler that always fails, says so, and goes on with the next', async () => {
    for (let n = 0; n < 5; n++) stage.agent.failures.push(new Error(`boom ${n}`));
    expect(await stage.ask(ANN, '/provision vps-1001')).toContain('Something went wrong');
    expect([...stage.updates.rows.values()].at(-1)?.error).toBe('boom 4');
    expect(await stage.ask(ANN, '/provision vps-1001')).toContain('Accepted');
  });
});

describe('/rebuild', () => {
  const prompt = async (text: string) => {
    const [message] = await stage.during(() => stage.telegram.say(ANN, text));
    if (!message) throw new Error('no prompt');
    return message;
  };

  it('shows what will happen and waits for the name', async () => {
    const asked = await prompt('/rebuild vps-1001');
    expect(asked.text).toContain('30 seconds after your word');
    expect(asked.text).toContain('EVERYTHING on its disk');
    expect(asked.text).toContain('No backup is known to Zavhoz');
    expect(asked.text).toContain('192.0.2.7, time4vps 1001');
    expect(asked.reply_markup).toMatchObject({ force_reply: true });
    expect(stage.agent.commands).toEqual([]);
    const said = await stage.ask(ANN, 'vps-1001', { reply_to_message: asked });
    expect(said).toContain('Accepted: reinstallation of vps-1001');
    expect(stage.agent.commands).toMatchObject([
      { kind: 'rebuild', mode: 'reinstall', target: 'vps-1001' },
    ]);
  });

  it('counts down before anything is done, and a stop then costs nothing', async () => {
    const asked = await prompt('/rebuild vps-1001');
    const [said] = await stage.during(() =>
      stage.telegram.say(ANN, 'vps-1001', { reply_to_message: asked }),
    );
    expect(said?.text).toMatch(/It begins in (29|30) sec/);
    expect(stage.agent.commands).toMatchObject([{ delaySeconds: 30 }]);
    const short = stage.operations[0]?.id.slice(-8);
    const [stopped] = await stage.during(
      () => said && stage.telegram.tap(ANN, said, `Stop vps-1001 (${short})`),
    );
    expect(stopped?.text).toContain('Cancelled: reinstallation of vps-1001');
    expect(stage.operations[0]?.status).toBe('cancelled');
  });

  it('does nothing on another name, and counts one prompt once', async () => {
    const asked = await prompt('/rebuild vps-1001');
    expect(await stage.ask(ANN, 'vps-1002', { reply_to_message: asked })).toContain('not the name');
    expect(stage.agent.commands).toEqual([]);
    await stage.ask(ANN, 'vps-1001', { reply_to_message: asked });
    const again = await stage.ask(ANN, 'vps-1001', { reply_to_message: asked });
    expect(again).toContain('answered with yes already');
    expect(again).toContain('Accepted already');
    expect(stage.agent.commands).toHaveLength(1);
  });

  it('outlives a restart between question and answer, but not an hour', async () => {
    const asked = await prompt('/rebuild vps-1001');
    await stage.stop();
    stage.start();
    expect(await stage.ask(ANN, 'vps-1001', { reply_to_message: asked })).toContain('Accepted');
    const old = {
      ...(await prompt('/rebuild vps-20')),
      date: Math.floor(Date.now() / 1000) - 3700,
    };
    expect(await stage.ask(ANN, 'vps-20', { reply_to_message: old })).toContain('Nothing was done');
    expect(stage.agent.commands).toHaveLength(1);
  });

  it('takes no order from a prompt that a person wrote', async () => {
    await prompt('/rebuild vps-1001');
    const id = [...stage.chatOrders.rows.keys()][0];
    const forged = stage.telegram.say(ANN, `⚠️ /rebuild vps-1001 (${id})`);
    await stage.settled();
    await stage.ask(ANN, 'vps-1001', { reply_to_message: forged });
    expect(stage.agent.commands).toEqual([]);
  });
});

describe('/cancel', () => {
  it('stops the one that fits, by server or by the beginning of its id', async () => {
    stage.operations.push(chatOperation({ status: 'running' }));
    expect(await stage.ask(ANN, '/cancel vps-1001')).toContain('Asked to stop');
    expect(stage.operations[0]?.stopRequested).toBe('cancel');
    stage.operations.push(chatOperation({ status: 'running' }));
    const short = stage.operations[1]?.id.slice(-8);
    expect(await stage.ask(ANN, `/cancel ${short}`)).toContain(`(${short})`);
    expect(stage.operations[1]?.stopRequested).toBe('cancel');
    expect(await stage.ask(ANN, '/cancel zzz')).toContain('No running operation fits zzz');
  });

  it('offers a choice without a name, and says when there is nothing', async () => {
    expect(await stage.ask(ANN, '/cancel')).toContain('No operation is under way');
    stage.operations.push(
      chatOperation({ status: 'running' }),
      chatOperation({ status: 'waiting' }),
    );
    const [choice] = await stage.during(() => stage.telegram.say(ANN, '/cancel'));
    expect(choice?.reply_markup?.inline_keyboard).toHaveLength(2);
  });

  it('does not act on a tap that came too late', async () => {
    stage.operations.push(chatOperation({ status: 'running' }));
    const [card] = await stage.during(() => stage.telegram.say(ANN, '/cancel'));
    stage.telegram.fault({
      kind: 'refuse',
      method: 'answerCallbackQuery',
      times: 1,
      error: {
        error_code: 400,
        description:
          'Bad Request: query is too old and response timeout expired or query ID is invalid',
      },
    });
    const data = card?.reply_markup?.inline_keyboard?.[0]?.[0]?.callback_data ?? '';
    const [said] = await stage.during(() => card && stage.telegram.tap(ANN, card, data));
    expect(said?.text).toContain('That tap came late');
    expect(stage.operations[0]?.stopRequested).toBeNull();
  });
});
