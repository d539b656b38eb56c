import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, type ChatStage, EVE, IVAN } from '#test/builders/chat-stage.ts';
import { first, GROUP, labels, lookStage, OLGA, tap } from '#test/builders/look-stage.ts';

let stage: ChatStage;
beforeEach(async () => {
  ({ stage } = await lookStage());
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

describe('every look', () => {
  it.each([
    ['/status', '2 open incidents', '2 открытых инцидента'],
    ['/servers', '4 servers', '4 сервера'],
    ['/server vps-1001', 'fails for 5 min', 'не в порядке 5 мин'],
    ['/incidents', '2 open incidents', '2 открытых инцидента'],
    ['/operations', 'preparation of vps-1002', 'подготовка vps-1002'],
    ['/services', 'certificate ends soon', 'сертификат скоро истечёт'],
  ])('%s is there for all roles, in both languages', async (command, english, russian) => {
    for (const person of [ANN, OLGA]) expect(await stage.ask(person, command)).toContain(english);
    expect(await stage.ask(IVAN, command)).toContain(russian);
    expect(await stage.ask(EVE, command)).toBe('');
    expect(await stage.ask(OLGA, command, { chat: GROUP })).toContain(english);
    expect(await stage.ask(EVE, command, { chat: GROUP })).toBe('');
  });

  it('/audit is there for owners alone, also by its buttons', async () => {
    const list = await first(stage, ANN, '/audit');
    expect(list.text).toContain('Who did what');
    for (const person of [OLGA, IVAN]) expect(await stage.ask(person, '/audit')).toContain('❌');
    const seen = await stage.during(() => stage.telegram.tap(OLGA, list, '↻ Refresh'));
    expect(seen).toEqual([]);
    stage.users.set(12n, { ...(stage.users.get(12n) ?? fail()), role: 'owner' });
    expect(await stage.ask(IVAN, '/audit')).toContain('готов → ошибка');
  });

  it('a stranger who taps sees nothing', async () => {
    for (const text of ['/servers', '/incidents', '/operations', '/services', '/status']) {
      const [shown] = await stage.during(() => stage.telegram.say(ANN, text, { chat: GROUP }));
      for (const label of labels(shown ?? fail()).slice(0, 2)) {
        expect(await stage.during(() => shown && stage.telegram.tap(EVE, shown, label))).toEqual(
          [],
        );
      }
    }
  });
});

describe('/status', () => {
  it('shows what stops, what waits, and how the agent itself is', async () => {
    stage.fleet.state = { ...stage.fleet.state, heartbeatAt: new Date(Date.now() - 600_000) };
    await stage.agent.freeze('tg:11', 'moving');
    Object.assign(stage.look.ready, { queue: false });
    const { text } = await first(stage, ANN, '/status');
    expect(text).toContain('1 critical, 1 warning');
    expect(text).toContain('frozen since');
    expect(text).toContain('Agent 1.2.3');
    expect(text).toContain('✅ database  ❌ the queue does not answer');
    expect(text).toContain('⚠️ workers seen 10 min ago');
    expect(text).toContain('✅ time4vps:main: listed 2 min ago');
    expect(text.indexOf('frozen')).toBeLessThan(text.indexOf('4 servers'));
  });

  it('updates in place, and leads on', async () => {
    const page = await first(stage, IVAN, '/status');
    expect(labels(page)).toEqual(['↻ Обновить', 'Серверы', 'Инциденты', 'Операции']);
    stage.servers.pop();
    const again = await tap(stage, IVAN, page, '↻ Обновить');
    expect(again.message_id).toBe(page.message_id);
    expect(again.text).toContain('3 сервера');
    expect((await tap(stage, IVAN, again, 'Серверы')).text).toContain('vps-1001');
    await stage.agent.freeze('tg:11', 'moving');
    expect(labels(await first(stage, IVAN, '/status'))).not.toContain('Включить…');
    expect(labels(await first(stage, OLGA, '/status'))).toContain('Re-arm…');
  });
});

function fail(): never {
  throw new Error('It is not there.');
}
