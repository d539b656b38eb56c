import { describe, expect, it } from 'vitest';
import { serverEntity } from '#test/builders/server-entity.ts';
import { chatOrdersContract } from '#test/contracts/chat-orders-contract.ts';
import { memoryChatOrders } from '#test/fakes/memory-chat-orders.ts';
import { chatOrderId, factsHash, serverFacts } from './chat-order.ts';

describe('chat orders in memory', () => {
  chatOrdersContract(memoryChatOrders);
});

describe('the name of an order', () => {
  it('is the same for the same update in the same chat, and for no other', () => {
    const names = new Set<string>();
    for (let chat = 1n; chat <= 40n; chat++) {
      for (let update = 700_000_001; update <= 700_000_025; update++) {
        const name = chatOrderId(chat, update);
        expect(name).toMatch(/^[0-9a-z]{10}$/);
        expect(chatOrderId(chat, update)).toBe(name);
        names.add(name);
      }
    }
    expect(names.size).toBe(1000);
  });
});

describe('the facts of a question', () => {
  const server = serverEntity('vps-1');
  const hash = (over = {}, mode: 'ask' | 'auto' = 'ask', incidents = [{ id: 'a' }, { id: 'b' }]) =>
    factsHash(serverFacts({ ...server, ...over }, mode, incidents));

  it.each([
    [{ status: 'error' }],
    [{ providerRef: '2' }],
    [{ care: 'watch' }],
    [{ handsOff: true }],
    [{ mode: 'auto' }],
    [{ connection: { ...server.connection, ipv4: '192.0.2.8' } }],
  ])('change with %j', (over) => expect(hash(over)).not.toBe(hash()));

  it('change with the mode of its group, unless it has its own, and with its incidents', () => {
    expect(hash({}, 'auto')).not.toBe(hash());
    expect(hash({ mode: 'ask' }, 'auto')).toBe(hash());
    expect(hash({}, 'ask', [{ id: 'a' }])).not.toBe(hash());
    expect(hash({}, 'ask', [{ id: 'b' }, { id: 'a' }])).toBe(hash());
  });

  it('do not change with what says nothing of the machine', () => {
    expect(hash({ notes: 'x', lastHealthCheck: new Date(), os: 'debian-13' })).toBe(hash());
  });
});
