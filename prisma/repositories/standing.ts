import { needsOwner } from '#domain/approval.ts';
import type { Clock } from '#domain/ports.ts';
import { type Role, roleCovers, SCOPE_OF_ROLE, Scope, scopeCovers } from '#domain/user.ts';
import { APPROVAL_INCLUDE, toApproval } from './approval-rows.ts';
import type { Tx } from './deps.ts';
import { noteIncident } from './incident-rows.ts';
import { appendEvent, lockOperation } from './operation-rows.ts';

/** Orders of the chat that only an owner gives. */
const OWNER_ORDERS = ['mode', 'care', 'hands'];
const WHY = 'Whoever approved it no longer has the role for it.';

/**
 * Ends what stood on a role that was taken away or lowered to `role`, in the transaction that does
 * it. Returns what was ended, for the audit. What a person's chat chose (subscriptions, quiet hours)
 * stays with a lesser role and goes with the last one.
 */
export async function endStanding(
  tx: Tx,
  clock: Clock,
  telegramId: bigint,
  role: Role | null,
): Promise<Readonly<Record<string, number>>> {
  const now = clock.now();
  const chat = { chatId: telegramId };
  const scopes = Scope.options.filter((s) => !role || !scopeCovers(SCOPE_OF_ROLE[role], s));
  const owned = { ownerId: telegramId, scope: { in: scopes }, revokedAt: null };
  const names = await tx.apiToken.findMany({ where: owned, select: { name: true } });
  const tokens = await tx.apiToken.updateMany({ where: owned, data: { revokedAt: now } });
  const orders = await tx.chatOrder.updateMany({
    where: {
      ...{ askedBy: telegramId, status: 'asked' },
      ...(roleCovers(role, 'operator') && { verb: { in: OWNER_ORDERS } }),
    },
    data: { status: 'expired', decidedAt: now },
  });
  const authors = [`tg:${telegramId}`, ...names.map(({ name }) => `api:${name}`)];
  const invitations = await tx.invitation.updateMany({
    where: { createdBy: { in: authors }, usedAt: null, expiresAt: { gt: now } },
    data: { expiresAt: now },
  });
  const links = await tx.secretLink.updateMany({
    where: { ownerId: telegramId, usedAt: null, expiresAt: { gt: now } },
    data: { expiresAt: now },
  });
  const approvals = await voidApprovals(tx, clock, telegramId, role);
  const slots = roleCovers(role, 'operator')
    ? 0
    : (await tx.onCallSlot.deleteMany({ where: { telegramId } })).count;
  const ended = {
    ...{ tokens: tokens.count, orders: orders.count, invitations: invitations.count },
    ...{ links: links.count, approvals, slots },
  };
  if (role) return ended;
  // Nothing more goes to a chat that may see nothing: what waits, and the cards that would be edited.
  const messages = await tx.notificationOutbox.updateMany({
    where: { receiver: telegramId, channel: 'telegram', status: 'pending' },
    data: { status: 'failed', lastError: 'The reader has no role any more.', claimedUntil: null },
  });
  const subscriptions = await tx.subscription.deleteMany({ where: chat });
  await tx.preference.deleteMany({ where: chat });
  await tx.chatMute.deleteMany({ where: chat });
  await tx.chatCard.deleteMany({ where: chat });
  await tx.chat.deleteMany({ where: chat });
  return { ...ended, messages: messages.count, subscriptions: subscriptions.count };
}

/** Words that were given and not yet used; with the operator's role left, only an owner's. */
async function voidApprovals(
  tx: Tx,
  clock: Clock,
  telegramId: bigint,
  role: Role | null,
): Promise<number> {
  const given = await tx.approval.findMany({
    where: { status: 'approved', decidedBy: `tg:${telegramId}` },
    orderBy: { operationId: 'asc' },
    include: APPROVAL_INCLUDE,
  });
  let voided = 0;
  for (const row of given) {
    const need = needsOwner(toApproval(row)) ? 'owner' : 'operator';
    if (roleCovers(role, need)) continue;
    const { id, operationId, incidentId, stepId: step } = row;
    // Lock order: the operation, then its approval.
    await lockOperation(tx, operationId);
    const { count } = await tx.approval.updateMany({
      where: { id, status: 'approved' },
      data: { status: 'voided', note: WHY },
    });
    if (count === 0) continue;
    voided += 1;
    const event = { type: 'approval', status: null, step, state: 'voided' } as const;
    await appendEvent(tx, clock, operationId, {
      ...{ ...event, text: WHY, percent: row.operation.percent },
    });
    if (!incidentId) continue;
    await noteIncident(tx, clock, incidentId, 'agent', `Approval voided: ${WHY}`, {
      approval_id: id,
    });
  }
  return voided;
}
