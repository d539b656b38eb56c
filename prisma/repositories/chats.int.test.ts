import { afterAll, beforeAll, expect, it } from 'vitest';
import { aRecovery } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
beforeAll(async () => {
  stage = await testRepositories();
});
afterAll(() => stage.close());

const [OLD, NEW, OTHER] = [-500n, -1_000_000_000_500n, -900n];

async function seed(chatId: bigint, threadId = 0) {
  const { prisma, repositories } = stage;
  const { incident } = await aRecovery(repositories);
  const at = { chatId, threadId };
  await prisma.chat.create({ data: { ...at, title: 'ops', addedBy: 1n } });
  await prisma.subscription.create({ data: { ...at, minSeverity: 'info', createdBy: 'x' } });
  await prisma.preference.create({ data: { ...at, digestAt: 60 } });
  await prisma.chatMute.create({ data: { ...at, incidentId: incident.id, until: new Date() } });
  await prisma.chatCard.create({
    data: { ...at, subject: 'incident', subjectId: incident.id, messageId: 5n, shown: 'x' },
  });
  await prisma.chatOrder.create({
    data: {
      ...{ ...at, id: `o${chatId}${threadId}`, verb: 'reboot', target: 'vps-1', askedBy: 1n },
      ...{ factsHash: 'x', expiresAt: new Date() },
    },
  });
  await prisma.notificationOutbox.create({
    data: {
      ...{ dedupeKey: 'same', receiver: chatId, threadId, severity: 'info' },
      ...{ kind: 'server_ready', params: {} },
    },
  });
}

async function counts(chatId: bigint) {
  const { prisma } = stage;
  const where = { where: { chatId } };
  return [
    await prisma.chat.count(where),
    await prisma.subscription.count(where),
    await prisma.preference.count(where),
    await prisma.chatMute.count(where),
    await prisma.chatCard.count(where),
    await prisma.chatOrder.count(where),
    await prisma.notificationOutbox.count({ where: { receiver: chatId } }),
  ];
}

it('a group that became a supergroup keeps all but its cards, topics and all, once', async () => {
  await seed(OLD);
  await seed(OLD, 7);
  await seed(OTHER);
  for (let twice = 0; twice < 2; twice++) {
    await stage.repositories.chats.migrate(OLD, NEW);
    expect(await counts(OLD)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await counts(NEW)).toEqual([2, 2, 2, 2, 0, 2, 2]);
  }
  expect(await counts(OTHER)).toEqual([1, 1, 1, 1, 1, 1, 1]);
});

it('where the supergroup has the same already, its own stays', async () => {
  const { prisma, repositories } = stage;
  await prisma.preference.create({ data: { chatId: -1n, digestAt: 60 } });
  await prisma.preference.create({ data: { chatId: -2n, digestAt: 120 } });
  await repositories.chats.migrate(-1n, -2n);
  const rows = await prisma.preference.findMany({ where: { chatId: { in: [-1n, -2n] } } });
  expect(rows).toMatchObject([{ chatId: -2n, digestAt: 120 }]);
  await repositories.chats.migrate(-2n, -2n);
  expect(await prisma.preference.count({ where: { chatId: -2n } })).toBe(1);
});
