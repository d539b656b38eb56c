import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { COMMANDS } from './features/commands.ts';

const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'viewer' });
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

interface Menu {
  readonly scope: { readonly type: string; readonly chat_id?: number; readonly user_id?: number };
  readonly language_code: string;
  readonly commands?: readonly { readonly command: string; readonly description: string }[];
}
const menus = (chat: number) =>
  stage.telegram.calls
    .filter(({ method, status }) => /MyCommands$/.test(method) && status === 200)
    .map(({ payload }) => payload as unknown as Menu)
    .filter(({ scope }) => scope.chat_id === chat);
const names = (menu: Menu | undefined) => menu?.commands?.map(({ command }) => command) ?? [];
const settled = (chat: number, count: number) => until(() => menus(chat).length === count);

describe('menus of commands', () => {
  it('are empty for strangers', async () => {
    const cleared = () =>
      stage.telegram.calls
        .filter(({ method }) => method === 'deleteMyCommands')
        .map(({ payload }) => payload);
    await until(() => cleared().length === 2);
    expect(cleared()).toEqual([
      { scope: { type: 'default' }, language_code: '' },
      { scope: { type: 'default' }, language_code: 'ru' },
    ]);
  });

  it('list what a role may do, in both languages, once', async () => {
    await stage.ask(ANN, '/start');
    await stage.ask(IVAN, '/start');
    await stage.ask(ANN, '/status');
    await settled(ANN.id, 2);
    await settled(IVAN.id, 2);
    const [english, russian] = menus(ANN.id);
    expect(english).toMatchObject({ scope: { type: 'chat' }, language_code: '' });
    expect(russian).toMatchObject({ scope: { type: 'chat' }, language_code: 'ru' });
    expect(names(english)).toEqual(COMMANDS.map(({ name }) => name));
    const described = (menu: Menu | undefined) =>
      menu?.commands?.find(({ command }) => command === 'users')?.description;
    expect(described(english)).toContain('people');
    expect(described(russian)).toContain('люди');
    expect(names(menus(IVAN.id)[0])).not.toContain('rebuild');
    expect(names(menus(IVAN.id)[0])).toContain('settings');
  });

  it('follow the role and the language at once', async () => {
    await stage.ask(IVAN, '/start');
    await settled(IVAN.id, 2);
    await stage.ask(IVAN, '/settings lang en');
    await settled(IVAN.id, 4);
    const [, , , russian] = menus(IVAN.id);
    expect(russian?.commands?.[0]?.description).toBe('the fleet at a glance');
    const [list] = await stage.during(() => stage.telegram.say(ANN, '/users'));
    const [card] = await stage.during(() => list && stage.telegram.tap(ANN, list, 'pe.u.12'));
    await stage.during(() => card && stage.telegram.tap(ANN, card, 'Make operator'));
    await settled(IVAN.id, 6);
    expect(names(menus(IVAN.id)[4])).toContain('rebuild');
    await stage.during(() => card && stage.telegram.tap(ANN, card, 'Remove…'));
    await stage.during(() => card && stage.telegram.tap(ANN, card, 'Yes, remove'));
    await settled(IVAN.id, 8);
    expect(menus(IVAN.id)[6]?.commands).toBeUndefined();
  });

  it('in a group are each member’s own, without what is private', async () => {
    await stage.ask(ANN, '/status', { chat: GROUP });
    await settled(GROUP.id, 2);
    expect(menus(GROUP.id)[0]?.scope).toEqual({
      ...{ type: 'chat_member', chat_id: GROUP.id, user_id: ANN.id },
    });
    expect(names(menus(GROUP.id)[0])).toContain('rebuild');
    expect(names(menus(GROUP.id)[0])).not.toContain('invite');
  });

  it('hold nobody up when Telegram refuses them, and are tried again after a flood', async () => {
    await stage.ask(IVAN, '/status');
    await settled(IVAN.id, 2);
    stage.telegram.fault({
      ...{ method: 'setMyCommands', kind: 'refuse', times: 1 },
      error: { error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 60 } },
    });
    expect(await stage.ask(ANN, '/status')).toContain('Fleet');
    const refused = () => stage.telegram.calls.filter(({ status }) => status === 429).length;
    await until(() => refused() === 1);
    expect(await stage.ask(ANN, '/status')).toContain('Fleet');
    expect(menus(ANN.id)).toEqual([]);
    stage.clock.shift += 61_000;
    await stage.ask(ANN, '/status');
    await settled(ANN.id, 2);
  });
});
