import { beforeEach, expect, it } from 'vitest';
import type { ChatUpdates, PendingUpdate } from '#bot/chat-updates.ts';

const update = (update_id: number, text = 'hello', chat = 1) => ({
  chatId: chat,
  payload: { update_id, message: { text } } as unknown as PendingUpdate['payload'],
});

/** What the bot relies on, whoever keeps its updates. */
export function chatUpdatesContract(create: () => Promise<ChatUpdates>): void {
  let updates: ChatUpdates;
  beforeEach(async () => {
    updates = await create();
  });
  const pendingIds = async () => (await updates.pending(100)).map((p) => p.updateId);

  it('stores an update once, and keeps the order of arrival', async () => {
    expect(await updates.store([update(900), update(901)])).toBe(2);
    expect(await updates.store([update(901, 'other'), update(5)])).toBe(1);
    expect(await pendingIds()).toEqual([900, 901, 5]);
    expect((await updates.pending(100))[1]).toMatchObject({
      lane: '1',
      attempts: 0,
      payload: { update_id: 901, message: { text: 'hello' } },
    });
    expect(await updates.pending(1)).toHaveLength(1);
  });

  it('knows a finished one when it comes again', async () => {
    await updates.store([update(1)]);
    await updates.done(1, null);
    expect(await updates.store([update(1)])).toBe(0);
    expect(await pendingIds()).toEqual([]);
  });

  it('counts failures and keeps the update', async () => {
    await updates.store([update(1)]);
    await updates.failed(1, 'boom \u0000');
    await updates.failed(1, 'boom');
    expect((await updates.pending(100))[0]?.attempts).toBe(2);
    await updates.done(1, 'given up');
    expect(await pendingIds()).toEqual([]);
  });

  it('takes updates of no chat, of groups and with any text', async () => {
    const text = 'nul \u0000, half \ud83d, 😀, <b>';
    await updates.store([
      { ...update(1, text), chatId: null },
      update(2, text, -100_123_456_789_012),
    ]);
    const [first, second] = await updates.pending(100);
    expect(first?.payload).toMatchObject({ message: { text } });
    expect(second?.lane).toBe('-100123456789012');
  });
}
