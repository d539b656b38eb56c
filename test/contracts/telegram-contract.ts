import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';

export interface TelegramStage {
  readonly apiRoot: string;
  readonly token: string;
  /** The one person, in a private chat, says something. */
  say(text: string): void | Promise<void>;
  /** Taps a button by its text. */
  tap(text: string): void | Promise<void>;
  /** What the bot wrote and still stands there. */
  screen(): readonly string[];
  /** The address for setWebhook that leads to this local one. */
  publicUrl(local: string): string;
  close(): Promise<void>;
}

interface Update {
  readonly update_id: number;
  readonly message?: {
    readonly message_id: number;
    readonly text: string;
    readonly date: number;
    readonly from: object;
    readonly chat: object;
    readonly entities?: readonly object[];
  };
  readonly callback_query?: { readonly id: string; readonly data: string; readonly from: object };
}

/** What a stand-in of Telegram has to be able to for a dialogue, whoever wrote it. */
export function telegramContract(personId: number, start: () => Promise<TelegramStage>): void {
  let stage: TelegramStage;
  beforeEach(async () => {
    stage = await start();
  });
  afterEach(() => stage.close());

  const call = async <T>(method: string, payload: object = {}) => {
    const answer = await fetch(`${stage.apiRoot}/bot${stage.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    return (await answer.json()) as { ok: boolean; result: T };
  };
  let offset = 0;
  const updates = async (): Promise<readonly Update[]> => {
    const { result } = await call<Update[]>('getUpdates', { timeout: 0, offset });
    offset = Math.max(offset, ...result.map(({ update_id }) => update_id + 1));
    return result;
  };
  beforeEach(() => {
    offset = 0;
  });
  const send = (text: string, more: object = {}) =>
    call<{ message_id: number }>('sendMessage', { chat_id: personId, text, ...more });

  it('says who the bot is', async () => {
    const { ok, result } = await call<{ id: number; username: string }>('getMe');
    expect([ok, typeof result.id, typeof result.username]).toEqual([true, 'number', 'string']);
  });

  it('hands over what a person says, in order and once', async () => {
    await stage.say('hello');
    await stage.say('/status now');
    const [first, second, ...more] = await updates();
    expect(first?.message).toMatchObject({
      ...{ text: 'hello', from: { id: personId, is_bot: false } },
      chat: { id: personId, type: 'private' },
    });
    expect(second?.message?.entities).toEqual([{ type: 'bot_command', offset: 0, length: 7 }]);
    expect(second?.update_id).toBeGreaterThan(first?.update_id ?? Number.POSITIVE_INFINITY);
    expect(more).toEqual([]);
    expect(await updates()).toEqual([]);
  });

  it('shows what the bot sends, edits and deletes', async () => {
    const { result } = await send('one');
    const at = { chat_id: personId, message_id: result.message_id };
    expect(stage.screen()).toEqual(['one']);
    expect((await call('editMessageText', { ...at, text: 'two' })).ok).toBe(true);
    expect(stage.screen()).toEqual(['two']);
    expect((await call('deleteMessage', at)).ok).toBe(true);
    expect(stage.screen()).toEqual([]);
    expect((await call('deleteMessage', at)).ok).toBe(false);
  });

  it('hands over taps, and takes their answer', async () => {
    const button = { text: 'Yes', callback_data: 'or.y.1' };
    await send('sure?', { reply_markup: { inline_keyboard: [[button]] } });
    await stage.tap('Yes');
    const [tap] = await updates();
    expect(tap?.callback_query).toMatchObject({ data: 'or.y.1', from: { id: personId } });
    const id = tap?.callback_query?.id;
    expect((await call('answerCallbackQuery', { callback_query_id: id })).ok).toBe(true);
  });

  it('brings updates to a webhook, until it is deleted', async () => {
    const brought: Update[] = [];
    const hook = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      brought.push(JSON.parse(text) as Update);
      response.end();
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    try {
      const local = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`;
      expect((await call('setWebhook', { url: stage.publicUrl(local) })).ok).toBe(true);
      await stage.say('brought');
      await expect.poll(() => brought.length).toBe(1);
      expect(brought[0]?.message?.text).toBe('brought');
      await call('deleteWebhook');
      await stage.say('fetched');
      const fetched = await updates();
      expect(fetched.map(({ message }) => message?.text)).toEqual(['fetched']);
    } finally {
      hook.closeAllConnections();
      hook.close();
    }
  });
}
