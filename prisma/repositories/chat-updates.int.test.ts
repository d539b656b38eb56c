import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PendingUpdate } from '#bot/chat-updates.ts';
import type { SecretBox } from '#domain/ports.ts';
import { Secret } from '#domain/secret.ts';
import { chatUpdatesContract } from '#test/contracts/chat-updates-contract.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/postgres.ts';
import { createPrismaClient, type PrismaClient } from '../client.ts';
import { createChatUpdates } from './chat-updates.ts';

/** Seals visibly, so that the test sees what is sealed; refuses what another key sealed. */
const box = (key: string): SecretBox => ({
  seal: (plain) => `${key}:${Buffer.from(plain.reveal()).toString('base64')}`,
  open(sealed) {
    if (!sealed.startsWith(`${key}:`)) throw new Error('altered');
    return new Secret(Buffer.from(sealed.slice(key.length + 1), 'base64').toString());
  },
});

let database: TestDatabase;
let prisma: PrismaClient;
beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrismaClient({ databaseUrl: database.url });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});

const rows = async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows: found } = await client.query('SELECT * FROM chat_update ORDER BY update_id');
  await client.end();
  return found;
};
const fresh = async (key = 'a') => {
  await prisma.chatUpdate.deleteMany();
  return createChatUpdates({ prisma, secrets: box(key) });
};
const secret = { chatId: 1, payload: { update_id: 1, message: { text: 'hunter2' } } };

describe('chat updates in PostgreSQL', () => {
  chatUpdatesContract(async () => {
    await prisma.chatUpdate.deleteMany();
    return createChatUpdates<PendingUpdate['payload']>({ prisma, secrets: box('a') });
  });

  it('seals what people wrote, and erases it when it is done', async () => {
    const updates = await fresh();
    await updates.store([secret]);
    expect(JSON.stringify(await rows())).not.toContain('hunter2');
    expect((await rows())[0]?.payload).toMatch(/^a:/);
    await updates.done(1, null);
    expect(await rows()).toMatchObject([{ payload: '', error: null }]);
  });

  it('passes over what it can no longer open', async () => {
    await (await fresh('lost')).store([secret]);
    const updates = createChatUpdates({ prisma, secrets: box('a') });
    await updates.store([{ ...secret, payload: { ...secret.payload, update_id: 2 } }]);
    expect((await updates.pending(10)).map((p) => p.updateId)).toEqual([2]);
    expect((await rows())[0]).toMatchObject({ error: 'the stored update could not be read' });
  });

  it('forgets what was done long ago, and nothing that waits', async () => {
    const updates = await fresh();
    await updates.store([secret, { ...secret, payload: { ...secret.payload, update_id: 2 } }]);
    await updates.done(1, null);
    expect(await updates.prune(new Date(Date.now() - 60_000))).toBe(0);
    expect(await updates.prune(new Date(Date.now() + 60_000))).toBe(1);
    expect((await rows()).map((row) => row.update_id)).toEqual(['2']);
  });
});
