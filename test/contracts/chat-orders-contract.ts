import { expect, it } from 'vitest';
import { type ChatOrder, chatOrderId, type NewChatOrder } from '#domain/chat-order.ts';
import type { ChatOrderRepository } from '#domain/repositories.ts';

let counter = 0;
const NOW = new Date('2026-03-04T05:06:07Z');
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

export const aChatOrder = (over: Partial<NewChatOrder> = {}): NewChatOrder => ({
  ...{ id: chatOrderId(11n, ++counter), verb: 'reboot', target: 'vps-1' },
  ...{ arguments: { incident: 'i-1' }, askedBy: 11n, chatId: -100_500n, threadId: 7 },
  ...{ factsHash: 'a'.repeat(64), createdAt: NOW, expiresAt: after(600) },
  ...over,
});

/** What the repository of chat orders promises, in memory and in PostgreSQL. */
export function chatOrdersContract(make: () => ChatOrderRepository): void {
  it('keeps what was asked, once per update', async () => {
    const orders = make();
    const order = aChatOrder();
    const asked: ChatOrder = { ...order, status: 'asked', operationId: null, decidedAt: null };
    expect(await orders.ask(order)).toEqual(asked);
    expect(await orders.find(order.id)).toEqual(asked);
    expect(await orders.ask({ ...order, factsHash: 'other' })).toEqual(asked);
    expect(await orders.find('0000000000')).toBeNull();
  });

  it('lets ten updates at once decide one, which may say so again', async () => {
    const orders = make();
    const { id } = await orders.ask(aChatOrder());
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => orders.decide(id, 'confirmed', 700_000_000 + n, NOW)),
    );
    expect(all.filter(Boolean)).toHaveLength(1);
    const winner = 700_000_000 + all.indexOf(true);
    expect(await orders.decide(id, 'confirmed', winner, after(9999))).toBe(true);
    expect(await orders.decide(id, 'declined', winner, NOW)).toBe(false);
    expect(await orders.find(id)).toMatchObject({
      ...{ status: 'confirmed', decidedAt: NOW, arguments: { incident: 'i-1' } },
    });
  });

  it('takes no yes after its time, yet says no to it then', async () => {
    const orders = make();
    const { id } = await orders.ask(aChatOrder());
    expect(await orders.decide(id, 'confirmed', 1, after(600))).toBe(false);
    expect(await orders.decide(id, 'expired', 1, after(600))).toBe(true);
    expect(await orders.decide(id, 'expired', 2, after(600))).toBe(false);
    expect(await orders.decide('0000000000', 'declined', 1, NOW)).toBe(false);
  });

  it('notes what it has started, and is dropped when it is old', async () => {
    const orders = make();
    const operationId = '01930000-0000-7000-8000-000000000001';
    const { id } = await orders.ask(aChatOrder());
    await orders.started(id, operationId);
    expect(await orders.find(id)).toMatchObject({ operationId });
    await orders.prune(after(600));
    expect(await orders.find(id)).not.toBeNull();
    expect(await orders.prune(after(601))).toBeGreaterThan(0);
    expect(await orders.find(id)).toBeNull();
  });
}
