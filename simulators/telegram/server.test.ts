import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseHtml } from './html.ts';
import { createLimitWatch } from './limits.ts';
import { startTelegramServer, type TelegramServer } from './server.ts';

const EVE = { id: 5, is_bot: false, first_name: 'Eve' };

let telegram: TelegramServer;
beforeEach(async () => {
  telegram = await startTelegramServer();
});
afterEach(() => telegram.close());

const call = async (method: string, payload: object = {}) => {
  const answer = await fetch(`${telegram.apiRoot}/bot${telegram.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  return (await answer.json()) as { ok: boolean; result: never; description?: string };
};

describe('getUpdates', () => {
  it('waits for an update, hands it over until it is confirmed, and forgets it then', async () => {
    const waiting = call('getUpdates', { timeout: 20 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    telegram.say(EVE, 'hi');
    const [update] = (await waiting).result as { update_id: number }[];
    expect((await call('getUpdates')).result).toEqual([update]);
    expect((await call('getUpdates', { offset: (update?.update_id ?? 0) + 1 })).result).toEqual([]);
    expect((await call('getUpdates')).result).toEqual([]);
  });

  it('ends the older of two pollers with 409', async () => {
    const older = call('getUpdates', { timeout: 20 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    telegram.say(EVE, 'hi');
    const [first, second] = await Promise.all([older, call('getUpdates', { timeout: 0 })]);
    expect([first.ok, second.ok]).toContain(true);
    const third = call('getUpdates', { offset: 800_000_000, timeout: 20 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await call('getUpdates', { timeout: 0 });
    expect((await third).description).toContain('terminated by other getUpdates');
  });

  it('hands over only the kinds that were asked for', async () => {
    telegram.push({ edited_message: telegram.say(EVE, 'hi') });
    const { result } = await call('getUpdates', { allowed_updates: ['message'] });
    expect(result).toHaveLength(1);
  });
});

it('refuses what Telegram refuses', async () => {
  const send = (text: string, more = {}) => call('sendMessage', { chat_id: 5, text, ...more });
  expect((await send('<b>x', { parse_mode: 'HTML' })).description).toContain(
    "can't parse entities",
  );
  expect((await send('')).description).toContain('message text is empty');
  expect((await send('x'.repeat(4097))).description).toContain('message is too long');
  const { result } = await send('x');
  const edit = { chat_id: 5, message_id: (result as { message_id: number }).message_id };
  expect((await call('editMessageText', { ...edit, text: 'x' })).description).toContain(
    'not modified',
  );
  expect((await call('editMessageText', { ...edit, text: 'y' })).ok).toBe(true);
  expect((await call('deleteMessage', edit)).ok).toBe(true);
  expect((await call('editMessageText', { ...edit, text: 'z' })).description).toContain(
    'not found',
  );
  expect((await call('noSuchThing')).description).toBe('Not Found');
});

describe('HTML', () => {
  it('is read with its entities', () => {
    expect(parseHtml('a <b>&lt;é😀</b> &amp;lt; &#65;&unknown;')).toEqual({
      text: 'a <é😀 &lt; A&unknown;',
      entities: [{ type: 'bold', offset: 2, length: 4 }],
    });
  });

  it.each(['<b>', '</b>', '<b><i></b></i>', '<script>x</script>', 'a < b', '<'])(
    '%s is refused',
    (text) => {
      expect(() => parseHtml(text)).toThrow("can't parse entities");
    },
  );
});

describe('limits', () => {
  const problemsOf = (calls: readonly (readonly [chat: number, at: number])[]) => {
    const watch = createLimitWatch();
    return calls.flatMap(([chat_id, at]) => watch('sendMessage', { chat_id }, at));
  };

  it('are one a second per chat, 20 a minute per group, 30 a second overall', () => {
    expect(
      problemsOf([
        [1, 0],
        [2, 0],
        [1, 1000],
      ]),
    ).toEqual([]);
    expect(
      problemsOf([
        [1, 0],
        [1, 900],
      ]),
    ).toHaveLength(1);
    expect(problemsOf(Array.from({ length: 20 }, (_, n) => [-1, n * 1000] as const))).toEqual([]);
    expect(problemsOf(Array.from({ length: 21 }, (_, n) => [-1, n * 1000] as const))).toHaveLength(
      1,
    );
    expect(problemsOf(Array.from({ length: 31 }, (_, n) => [n, 0] as const))).toHaveLength(1);
  });

  it('hold callback data to 64 bytes', () => {
    const data = (callback_data: string) =>
      createLimitWatch()(
        'sendMessage',
        { reply_markup: { inline_keyboard: [[{ text: 'x', callback_data }]] } },
        0,
      );
    expect(data('x'.repeat(64))).toEqual([]);
    expect(data('я'.repeat(33))).toHaveLength(1);
  });
});
