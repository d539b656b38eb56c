import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '#domain/incident.ts';
import type { Message } from '#simulators/telegram/model.ts';
import { chatIncident, chatOperation, chatServer, uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE, IVAN } from '#test/builders/chat-stage.ts';

const OLGA = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  stage.servers.push(chatServer('vps-1', { id: uuid(), status: 'error' }));
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const first = async (from: typeof ANN, text: string): Promise<Message> => {
  const [message] = await stage.during(() => stage.telegram.say(from, text));
  if (!message) throw new Error('no answer');
  return message;
};
const tap = (from: typeof ANN, message: Message | undefined, button: string) =>
  stage.during(() => message && stage.telegram.tap(from, message, button));
const server = () => stage.servers[0];
const open = (over: Partial<Incident> = {}) => {
  const incident = chatIncident({ serverHandle: 'vps-1', ...over });
  stage.incidents.push(incident);
  return incident;
};
const buttonsOf = (message: Message | undefined) =>
  message?.reply_markup?.inline_keyboard?.flat().map(({ text }) => text) ?? [];
/** A card as others render it, with one button of ours. */
const press = async (from: typeof ANN, data: string) => {
  const message = await first(ANN, '/help');
  return stage.during(() =>
    stage.telegram.push({
      callback_query: { id: `${data}:${uuid()}`, from, message, chat_instance: 'x', data },
    }),
  );
};
const doing = (verb: string, from: typeof ANN = OLGA) => press(from, `do.${verb}.${server()?.id}`);

describe('/recover', () => {
  it('starts the recovery of the incident that is open, on a tap', async () => {
    const incident = open();
    const asked = await first(OLGA, '/recover vps-1');
    expect(asked.text).toContain('ask you before each step');
    await tap(OLGA, asked, 'Yes, recover');
    expect(stage.agent.commands).toMatchObject([
      { kind: 'recover', incidentId: incident.id, target: 'vps-1', by: 'tg:13' },
    ]);
  });

  it('gives a choice between several', async () => {
    open({ type: 'disk_full' });
    const service = open({ type: 'service_down' });
    open({ type: 'certificate_expiring' });
    const choice = await first(OLGA, '/recover vps-1');
    expect(buttonsOf(choice)).toEqual(['the disk is full', 'a service is down']);
    const [asked] = await tap(OLGA, choice, 'a service is down');
    await tap(OLGA, asked, 'Yes, recover');
    expect(stage.agent.commands).toMatchObject([{ incidentId: service.id }]);
  });

  it('says when there is none that steps help against, and what there is instead', async () => {
    open({ type: 'certificate_expiring' });
    open({ status: 'failed' });
    const said = await first(OLGA, '/recover vps-1');
    expect(said.text).toContain('no open incident that a recovery works on');
    expect(said.text).toContain('a certificate expires soon');
    const [asked] = await tap(OLGA, said, 'Reboot…');
    expect(asked?.text).toContain('Reboot vps-1?');
  });

  it('says up to where auto goes, what observe means, and that a freeze holds it', async () => {
    open();
    stage.servers[0] = chatServer('vps-1', { status: 'error', mode: 'auto' });
    await stage.agent.freeze('tg:11', 'racks are moved');
    const asked = await first(OLGA, '/recover vps-1');
    expect(asked.text).toContain('steps up to “reboot” are taken at once');
    expect(asked.text).toContain('racks are moved');
    stage.servers[0] = chatServer('vps-1', { status: 'error', mode: 'observe' });
    const said = await first(OLGA, '/recover vps-1');
    expect(said.text).toContain('would only write down');
    expect(buttonsOf(said)).toEqual([]);
  });

  it('asks anew when the incident is over', async () => {
    open();
    const asked = await first(OLGA, '/recover vps-1');
    stage.incidents.length = 0;
    const [said] = await tap(OLGA, asked, 'Yes, recover');
    expect(said?.text).toContain('no open incident');
    expect(stage.agent.commands).toEqual([]);
  });
});

describe('/redeploy', () => {
  it('says that nothing can be deployed, and what would be needed', async () => {
    stage.agent.submit = async (command) => {
      await stage.agent.foresee(command);
      throw new Error('it should have been refused');
    };
    const said = await stage.ask(OLGA, '/redeploy vps-1');
    expect(said).toContain('no service that Zavhoz could deploy');
    expect(said).toContain('health path');
  });
});

describe('/mode', () => {
  it('is the owner’s; more careful modes hold at once', async () => {
    expect(await stage.ask(OLGA, '/mode vps-1 observe')).toContain('owner');
    expect(await stage.ask(ANN, '/mode vps-1 observe')).toContain('Mode of vps-1: observe');
    expect(server()?.mode).toBe('observe');
    expect(await stage.ask(ANN, '/mode group:web ask')).toContain('the group web: ask');
  });

  it('asks before auto, for a group with the highest step', async () => {
    const asked = await first(ANN, '/mode group:web auto restart');
    expect(asked.text).toContain('the group web in auto?');
    expect(asked.text).toContain('steps up to “restart of what failed”');
    expect((await stage.groups.require('web')).policy.mode).toBe('ask');
    const [done] = await tap(ANN, asked, 'Yes, auto');
    expect(done?.text).toContain('Without asking up to: restart of what failed');
    expect((await stage.groups.require('web')).policy).toMatchObject({
      ...{ mode: 'auto', highest_rung: 'restart' },
    });
  });

  it('is void when the policy has changed meanwhile', async () => {
    const asked = await first(ANN, '/mode group:web auto');
    await stage.groups.update('web', { policy: { highest_rung: 'reinstall' } }, 'tg:1');
    const [again] = await tap(ANN, asked, 'Yes, auto');
    expect(again?.text).toContain('Something has changed');
    expect(again?.text).toContain('“reinstallation”');
    expect((await stage.groups.require('web')).policy.mode).toBe('ask');
  });

  it('says what would be right', async () => {
    expect(await stage.ask(ANN, '/mode vps-1 wild')).toContain('observe, ask or auto');
    expect(await stage.ask(ANN, '/mode group:none auto')).toContain('There is no group none');
    expect(await stage.ask(ANN, '/mode vps-1 auto reboot')).toContain('group:default');
    const choice = await first(ANN, '/mode vps-1');
    expect(choice.text).toContain('The mode of vps-1 is ask');
    const [asked] = await tap(ANN, choice, 'auto');
    expect(asked?.text).toContain('vps-1 in auto?');
  });
});

describe('/care', () => {
  it('is the owner’s, and says what it means', async () => {
    expect(await stage.ask(OLGA, '/care vps-1 watch')).toContain('owner');
    expect(await stage.ask(ANN, '/care vps-1 watch')).toContain('Care of vps-1: watch');
    expect(server()?.care).toBe('watch');
    expect(await stage.ask(ANN, '/care vps-1 much')).toContain('none, watch or managed');
    await tap(ANN, await first(ANN, '/care vps-1'), 'managed');
    expect(server()?.care).toBe('managed');
  });
});

describe('/maint', () => {
  it('also covers groups and labels', async () => {
    expect(await stage.ask(OLGA, '/maint group:web 2h racks')).toContain('group:web');
    expect(await stage.ask(OLGA, '/maint label:role=db 1d')).toContain('label:role=db');
    expect(await stage.ask(OLGA, '/maint group:none 2h')).toContain('There is no group none');
    expect(await stage.ask(OLGA, '/maint label:= 2h')).toContain('/maint vps-1 2h');
    const windows = await stage.maintenance.list({ active: new Date() });
    expect(windows.map(({ scope, target }) => `${scope} ${target}`)).toEqual([
      ...['group web', 'label role=db'],
    ]);
    expect(await stage.ask(OLGA, '/maint')).toContain('racks');
  });
});

describe('buttons of cards', () => {
  it('start the order they name', async () => {
    const [prepared] = await doing('provision');
    expect(prepared?.text).toContain('Accepted: preparation of vps-1');
    const [asked] = await doing('hands');
    await tap(OLGA, asked, 'Yes, hands off');
    expect(server()?.handsOff).toBe(true);
    const [choice] = await doing('maint');
    expect(buttonsOf(choice)).toEqual(['30 min', '2 hr', '8 hr', '24 hr']);
    const [begun] = await tap(OLGA, choice, '2 hr');
    expect(begun?.text).toContain('maintenance until');
    const [modes] = await doing('mode', ANN);
    await tap(ANN, modes, 'observe');
    expect(server()?.mode).toBe('observe');
  });

  it('ask for the name where data are lost', async () => {
    const [prompt] = await doing('rebuild', ANN);
    expect(prompt?.reply_markup).toMatchObject({ force_reply: true });
    if (prompt) await stage.ask(ANN, 'vps-1', { reply_to_message: prompt });
    expect(stage.agent.commands).toMatchObject([{ mode: 'reinstall', delaySeconds: 30 }]);
  });

  it('in a group, a prompt that a tap asked for names who it is for', async () => {
    const chat = { id: -100_500, type: 'supergroup', title: 'ops' } as const;
    const card = stage.telegram.say(ANN, '/help', { chat });
    await stage.settled();
    const data = `do.rebuild.${server()?.id}`;
    const [prompt] = await stage.during(() =>
      stage.telegram.push({
        callback_query: { id: uuid(), from: ANN, message: card, chat_instance: 'x', data },
      }),
    );
    expect(prompt?.text).toContain('Ann, this question is for you.');
    expect(prompt?.reply_markup).toMatchObject({ force_reply: true, selective: true });
    const answer = { chat, ...(prompt && { reply_to_message: prompt }) };
    expect(await stage.ask(OLGA, 'vps-1', answer)).toContain('Only Ann can answer');
    expect(await stage.ask(ANN, 'vps-1', answer)).toContain('Accepted: reinstallation');
  });

  it.each([
    ['reboot', IVAN],
    ['rebuild', OLGA],
    ['mode', OLGA],
    ['care', OLGA],
  ] as const)('%s does nothing for who may not', async (verb, from) => {
    expect(await doing(verb, from)).toEqual([]);
    expect(stage.events.filter(({ type }) => type === 'toast')).toHaveLength(1);
    expect(stage.chatOrders.rows.size + stage.agent.commands.length).toBe(0);
  });

  it('of a server that is gone say so', async () => {
    const [said] = await press(OLGA, `do.reboot.${uuid()}`);
    expect(said?.text).toContain('do not know this server');
  });
});

describe('every order', () => {
  const ORDERS = [
    ...['/provision vps-1', '/rebuild vps-1', '/rebuild vps-1 reset', '/reboot vps-1'],
    ...['/recover vps-1', '/redeploy vps-1', '/maint vps-1 2h', '/freeze', '/rearm'],
    ...['/mode vps-1 observe', '/care vps-1 watch', '/cancel vps-1'],
  ];
  const untouched = () => {
    expect(stage.agent.commands).toEqual([]);
    expect(stage.chatOrders.rows.size).toBe(0);
    expect(server()).toMatchObject({ care: 'managed', mode: null, handsOff: false });
    expect(stage.fleet.state.frozenAt).toBeNull();
    expect(stage.operations.every(({ stopRequested }) => stopRequested === null)).toBe(true);
  };

  it.each(ORDERS)('%s is refused to viewers, and silent to strangers', async (text) => {
    open();
    stage.operations.push(chatOperation({ status: 'running', serverHandle: 'vps-9' }));
    expect(await stage.ask(IVAN, text)).toContain('нужна роль не ниже');
    expect(await stage.ask(EVE, text)).toBe('');
    untouched();
  });

  it.each(ORDERS)('%s is not carried out when it lay for hours', async (text) => {
    open();
    stage.operations.push(chatOperation({ status: 'running', serverHandle: 'vps-9' }));
    const date = Math.floor(Date.now() / 1000) - 7200;
    expect(await stage.ask(ANN, text, { date })).toContain('Nothing was done');
    untouched();
    expect(await stage.maintenance.list({ active: new Date() })).toEqual([]);
  });

  it('is not begun by a tap that came too late', async () => {
    const asked = await first(OLGA, '/reboot vps-1');
    stage.telegram.fault({
      ...{ kind: 'refuse', method: 'answerCallbackQuery', times: 1 },
      error: {
        error_code: 400,
        description:
          'Bad Request: query is too old and response timeout expired or query ID is invalid',
      },
    });
    const [said] = await tap(OLGA, asked, 'Yes, reboot');
    expect(said?.text).toContain('That tap came late');
    expect(stage.agent.commands).toEqual([]);
    await tap(OLGA, asked, 'Yes, reboot');
    expect(stage.agent.commands).toHaveLength(1);
  });
});
