import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { anIncident } from '#test/builders/a-recovery.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(() =>
  stage.prisma.$executeRawUnsafe(
    'TRUNCATE user_account, subscription, chat, notification_outbox CASCADE',
  ),
);

const person = (id: number, role?: 'viewer' | 'operator' | 'owner') =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
    ...{ languageCode: 'ru', seen: true, ...(role ? { role } : {}) },
  });

const GROUP = { chatId: -1001n, threadId: 0 };
const TOPIC = { chatId: -1001n, threadId: 7 };
let count = 0;

/** Who is told of this, as `chat/topic`. */
async function told(over: Partial<Notification>): Promise<string[]> {
  const dedupeKey = `k${++count}`;
  await all.outbox.enqueue({
    ...{ dedupeKey, severity: 'warning', kind: 'server_missing', params: {} },
    ...{ serverHandle: null, operationId: null, ...over },
  });
  const rows = await stage.prisma.notificationOutbox.findMany({
    where: { dedupeKey },
    orderBy: [{ receiver: 'desc' }, { threadId: 'asc' }],
  });
  return rows.map(
    (row) => `${row.channel === 'webhook' ? 'webhook' : row.receiver}/${row.threadId}`,
  );
}
type Wish = Parameters<typeof all.following.subscribe>[0];
const subscribe = (wish: Partial<Wish> & Pick<Wish, 'receiver'>) =>
  all.following.subscribe(
    { minSeverity: 'warning', scope: 'all', target: '', ...wish },
    'tg:1',
    'Ops',
  );
const me = (id: number) => ({ chatId: BigInt(id), threadId: 0 });

describe('receivers', () => {
  it('are people with a role, unless they chose otherwise, and chats that are subscribed', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'viewer'), person(3)]);
    await subscribe({ receiver: me(2), minSeverity: 'error' });
    await subscribe({ receiver: TOPIC });
    // A subscription alone gives nobody a role.
    await subscribe({ receiver: me(3), minSeverity: 'info' });
    expect(await told({ severity: 'info' })).toEqual(['1/0']);
    expect(await told({ severity: 'warning' })).toEqual(['1/0', '-1001/7']);
    expect(await told({ severity: 'critical' })).toEqual(['2/0', '1/0', '-1001/7']);
    await subscribe({ receiver: GROUP });
    expect(await told({})).toEqual(['1/0', '-1001/0', '-1001/7']);
    await all.following.unsubscribe(TOPIC, null, 'tg:1');
    expect(await told({})).toEqual(['1/0', '-1001/0']);
  });

  it('choose by group and label; what concerns the fleet is for all of them', async () => {
    await all.groups.create(
      { name: `web${count}`, description: '', openPorts: [], policy: {} },
      'test',
    );
    const web = (await aServer(all, { group: `web${count}`, labels: { env: 'prod' } })).handle;
    const other = (await aServer(all, { labels: { env: 'test' } })).handle;
    await subscribe({ receiver: GROUP, scope: 'group', target: `web${count}` });
    await subscribe({ receiver: TOPIC, scope: 'label', target: 'env=test' });
    expect(await told({ serverHandle: web })).toEqual(['-1001/0']);
    expect(await told({ serverHandle: other })).toEqual(['-1001/7']);
    expect(await told({})).toEqual(['-1001/0', '-1001/7']);
    await subscribe({ receiver: GROUP, scope: 'label', target: 'env', minSeverity: 'error' });
    expect(await told({ serverHandle: other })).toEqual(['-1001/7']);
    expect(await told({ serverHandle: other, severity: 'error' })).toEqual(['-1001/0', '-1001/7']);
  });

  it('hear the end of what they heard of, and other good news with everything', async () => {
    await person(1, 'owner');
    await subscribe({ receiver: me(1), minSeverity: 'critical' });
    const { incident } = await anIncident(all);
    const over = { severity: 'success', kind: 'incident_resolved' } as const;
    expect(await told({ ...over, params: { incident: incident.id } })).toEqual(['1/0']);
    expect(await told({ severity: 'success', kind: 'server_ready' })).toEqual([]);
  });

  it('are the owners where nobody would hear what must be heard', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'operator')]);
    for (const id of [1, 2]) await subscribe({ receiver: me(id), minSeverity: 'success' });
    expect(await told({ severity: 'error' })).toEqual([]);
    expect(await told({ severity: 'critical' })).toEqual(['1/0']);
    expect(await told({ kind: 'input_needed' })).toEqual(['1/0']);
  });

  it('is the webhook where there is nobody at all', async () => {
    expect(await told({ severity: 'warning' })).toEqual(['webhook/0']);
    expect(await told({ severity: 'info' })).toEqual([]);
    await person(1, 'owner');
    expect(await told({ severity: 'warning' })).toEqual(['1/0']);
  });
});
