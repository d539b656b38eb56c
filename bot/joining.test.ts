import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, type ChatStage, chatStage, EVE, IVAN } from '#test/builders/chat-stage.ts';

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

const codeOf = (answer: string) => /\bCODE\w{6}\b/.exec(answer)?.[0] ?? 'none';
const invited = async (text: string) => codeOf(await stage.ask(ANN, text));
const roleOf = ({ id }: { id: number }) => stage.users.get(BigInt(id))?.role;

describe('an invitation', () => {
  it('is a link and a code with a role and an end', async () => {
    const answer = await stage.ask(ANN, '/invite operator 2h');
    expect(answer).toContain('becomes an operator. It is good for 2 hr');
    expect(answer).toContain(`https://t.me/zavhoz_bot?start=${codeOf(answer)}`);
    expect(answer).toMatch(/until \d+ \w+, \d\d:\d\d UTC/);
  });

  it('lets a stranger in by the link, with their names, once', async () => {
    const code = await invited('/invite operator');
    const eve = { ...EVE, username: 'eve_x' };
    expect(await stage.ask(eve, `/start ${code}`)).toContain('Welcome, Eve. You are an operator.');
    expect(stage.users.get(BigInt(EVE.id))).toMatchObject({ role: 'operator', username: 'eve_x' });
    expect(stage.users.get(BigInt(EVE.id))?.lastSeen).not.toBeNull();
    expect(await stage.ask({ ...EVE, id: 67 }, `/start ${code}`)).toBe('');
    expect(await stage.ask(EVE, '/status')).not.toBe('');
  });

  it('works as a bare code, as people type it, and greets in their language', async () => {
    const code = await invited('/invite наблюдатель 30m');
    const typed = code.toLowerCase().replace(/^(.{5})/, '$1-');
    const answer = await stage.ask({ ...EVE, language_code: 'ru' }, typed);
    expect(answer).toContain('Добро пожаловать, Eve. Ваша роль: наблюдатель.');
  });

  it('is silence in a group, when wrong, when expired', async () => {
    const code = await invited('/invite viewer 5m');
    expect(await stage.ask(EVE, code, { chat: GROUP })).toBe('');
    expect(await stage.ask(EVE, `/start ${code}`, { chat: GROUP })).toBe('');
    expect(await stage.ask(EVE, '/start WRONG22222')).toBe('');
    stage.clock.shift += 301_000;
    expect(await stage.ask(EVE, code)).toBe('');
    expect(stage.users.has(BigInt(EVE.id))).toBe(false);
  });

  it('raises whoever has less, and is kept where it gives no more', async () => {
    const code = await invited('/invite operator');
    expect(await stage.ask(ANN, `/start ${code}`)).toContain('You are the owner already');
    expect(await stage.ask(IVAN, code)).toContain('Иван, теперь ваша роль: оператор');
    expect(roleOf(IVAN)).toBe('operator');
    expect(roleOf(ANN)).toBe('owner');
  });

  it('is tried ten times an hour by one stranger, who then is not heard at all', async () => {
    const code = await invited('/invite viewer');
    for (const letter of 'ABCDEFGHJK') {
      expect(await stage.ask(EVE, `WRONG2222${letter}`)).toBe('');
    }
    expect(await stage.ask(EVE, code)).toBe('');
    expect(await stage.ask({ ...EVE, id: 67 }, code)).toContain('Welcome');
  });

  it('is asked for by a button, where no role was named', async () => {
    const [card] = await stage.during(() => stage.telegram.say(ANN, '/invite'));
    const [made] = await stage.during(() => card && stage.telegram.tap(ANN, card, 'Viewer'));
    expect(made?.text).toContain('becomes a viewer. It is good for 24 hr');
  });

  it.each(['/invite king', '/invite viewer 1m', '/invite viewer 8d', '/invite viewer 2h x'])(
    '%s is told what would be right',
    async (text) => {
      expect(await stage.ask(ANN, text)).toContain(
        'Write /invite operator 24h; a code lives 5 min to 7 days',
      );
    },
  );

  it('is made by owners, in private', async () => {
    expect(await stage.ask(IVAN, '/invite owner')).toContain('нужна роль не ниже: владелец');
    const said = await stage.ask(ANN, '/invite owner', { chat: GROUP });
    expect(said).toBe('ℹ️ That is for our private chat only.');
  });
});

describe('the names of people', () => {
  it('follow each message and each tap', async () => {
    const [card] = await stage.during(() => stage.telegram.say(ANN, '/invite'));
    const before = stage.users.get(BigInt(ANN.id))?.lastSeen?.getTime() ?? 0;
    const renamed = { ...ANN, first_name: 'Anna', username: 'anna', last_name: 'B' };
    await stage.during(() => card && stage.telegram.tap(renamed, card, 'Viewer'));
    const seen = stage.users.get(BigInt(ANN.id));
    expect(seen).toMatchObject({ firstName: 'Anna', username: 'anna', lastName: 'B' });
    expect(seen?.lastSeen?.getTime()).toBeGreaterThanOrEqual(before);
  });
});
