import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewApproval } from '#domain/approval.ts';
import type { Role } from '#domain/user.ts';
import { aRecovery } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const person = (id: number, role?: Role) =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: null, firstName: `P${id}`, lastName: null },
    ...{ languageCode: null, seen: true, ...(role && { role }) },
  });
const roleOf = async (id: number) => (await all.users.find(BigInt(id)))?.role;
const later = () => new Date(stage.clock.now().getTime() + 3_600_000);

/** Everything that can stand on the role of one person, and the same for another. */
async function everything(id: number) {
  const { prisma } = stage;
  const me = { chatId: BigInt(id) };
  const recovery = await aRecovery(all);
  const question = (rung: string): NewApproval => ({
    ...{ tool: 'choose', arguments: { rung }, facts: {}, incidentId: recovery.incident.id },
    ...{ effect: 'E', why: 'W', lost: 'L', undo: 'U' },
  });
  for (const rung of ['reboot', 'reinstall']) {
    const { id: asked } = await all.approvals.ask(
      ...([recovery.take, `step-${rung}`, recovery.server, question(rung)] as const),
    );
    await all.approvals.decide(asked, 'approve', `tg:${id}`, null);
  }
  for (const scope of ['read', 'operate', 'admin'] as const) {
    await all.tokens.create(`${scope}-${id}`, scope, BigInt(id));
  }
  for (const verb of ['reboot', 'care']) {
    await prisma.chatOrder.create({
      data: {
        ...{ id: `${verb}-${id}`, verb, target: 'vps-1', askedBy: BigInt(id), ...me },
        ...{ factsHash: 'x', expiresAt: later() },
      },
    });
  }
  await all.users.invite('viewer', `tg:${id}`, 3600);
  await all.users.invite('owner', `api:admin-${id}`, 3600);
  await prisma.subscription.create({ data: { ...me, minSeverity: 'info', createdBy: 'x' } });
  await prisma.preference.create({ data: { ...me, digestAt: 60 } });
  const { id: incidentId } = recovery.incident;
  await prisma.chat.create({ data: { ...me, title: 'private', addedBy: BigInt(id) } });
  await prisma.chatMute.create({ data: { ...me, incidentId, until: later() } });
  await prisma.onCallSlot.create({
    data: { position: id, telegramId: BigInt(id), createdBy: 'x' },
  });
  await prisma.chatCard.create({
    data: { ...me, subject: 'incident', subjectId: incidentId, messageId: 5n, shown: 'x' },
  });
  await prisma.notificationOutbox.create({
    data: {
      ...{ dedupeKey: `k${id}`, receiver: BigInt(id), severity: 'info', kind: 'server_ready' },
      params: {},
    },
  });
  await all.credentials.save({
    ...{ serverHandle: recovery.server.handle, kind: 'root_password', user: 'root' },
    secret: (await all.tokens.create(`any-${id}`, 'read')).plain,
  });
  await all.secretLinks.create(recovery.server.handle, BigInt(id), 600);
}

/** What of it is alive. */
async function standing(id: number) {
  const { prisma } = stage;
  const me = { where: { chatId: BigInt(id) } };
  const open = { usedAt: null, expiresAt: { gt: stage.clock.now() } };
  const list = <T>(rows: readonly T[], name: (row: T) => string) => rows.map(name).sort().join();
  const where = { ownerId: BigInt(id), revokedAt: null };
  return {
    tokens: list(await prisma.apiToken.findMany({ where }), ({ scope }) => scope),
    orders: list(
      await prisma.chatOrder.findMany({ where: { askedBy: BigInt(id), status: 'asked' } }),
      ({ verb }) => verb,
    ),
    approvals: list(
      (await all.approvals.list({ status: 'approved' })).filter((a) => a.decidedBy === `tg:${id}`),
      ({ stepId }) => stepId,
    ),
    invitations: await prisma.invitation.count({
      where: { ...open, createdBy: { endsWith: `${id}` } },
    }),
    links: await prisma.secretLink.count({ where: { ...open, ownerId: BigInt(id) } }),
    slots: await prisma.onCallSlot.count({ where: { telegramId: BigInt(id) } }),
    subscriptions: await prisma.subscription.count(me),
    preferences: await prisma.preference.count(me),
    chats: await prisma.chat.count(me),
    mutes: await prisma.chatMute.count(me),
    cards: await prisma.chatCard.count(me),
    messages: await prisma.notificationOutbox.count({
      where: { receiver: BigInt(id), status: 'pending', kind: 'server_ready' },
    }),
  };
}

const ALL = {
  ...{ tokens: 'admin,operate,read', orders: 'care,reboot', invitations: 2, links: 1, slots: 1 },
  approvals: 'step-reboot,step-reinstall',
  ...{ subscriptions: 1, preferences: 1, chats: 1, mutes: 1, cards: 1, messages: 1 },
};

describe('the loss of a role', () => {
  it.each([
    [
      'operator' as const,
      {
        ...ALL,
        ...{ tokens: 'operate,read', orders: 'reboot', approvals: 'step-reboot' },
        ...{ invitations: 0, links: 0 },
      },
    ],
    [
      'viewer' as const,
      {
        ...ALL,
        ...{ tokens: 'read', orders: '', approvals: '', invitations: 0, links: 0, slots: 0 },
      },
    ],
    [
      null,
      {
        ...{ tokens: '', orders: '', approvals: '', invitations: 0, links: 0, slots: 0 },
        ...{ subscriptions: 0, preferences: 0, chats: 0, mutes: 0, cards: 0, messages: 0 },
      },
    ],
  ])('to %s ends what stood on it, and nothing of others', async (role, left) => {
    await person(1, 'owner');
    await person(2, 'owner');
    await everything(1);
    await everything(2);
    expect(await standing(2)).toEqual(ALL);
    await all.users.setRole(2n, role, 'tg:1');
    expect(await standing(2)).toEqual(left);
    expect(await standing(1)).toEqual(ALL);
    expect(await roleOf(2)).toBe(role);
    const story = await stage.prisma.incidentEvent.count({
      where: { text: { startsWith: 'Approval voided' } },
    });
    expect(story).toBe(role === 'operator' ? 1 : 2);
    const told = await stage.prisma.auditEvent.findFirst({ orderBy: { seq: 'desc' } });
    expect(told).toMatchObject({
      ...{ actor: 'tg:1', target: 'tg:2', action: role ? 'user.role' : 'user.removed' },
      data: { before: 'owner', role, lowered: true, ended: { invitations: 2, links: 1 } },
    });
  });

  it('to a higher one ends nothing', async () => {
    await person(1, 'owner');
    await person(2, 'operator');
    await all.tokens.create('mine', 'operate', 2n);
    await all.users.setRole(2n, 'owner', 'tg:1');
    expect((await standing(2)).tokens).toBe('operate');
  });
});
