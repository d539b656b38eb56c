import { OpsError } from '#domain/errors.ts';
import type { UserRepository } from '#domain/repositories.ts';
import { roleCovers } from '#domain/user.ts';
import { appendAudit } from './audit.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { endStanding } from './standing.ts';
import { toUser } from './user-rows.ts';

type Roles = Pick<UserRepository, 'setRole' | 'wasLowered'>;
/** What people did to a role; the latest says whether it was taken away. */
const ACTIONS = ['user.role', 'user.removed', 'user.joined', 'user.paired'];

export function createRoles({ prisma, clock }: RepositoryDeps): Roles {
  return {
    setRole: (telegramId, role, by, { evenLastOwner = false } = {}) =>
      prisma.$transaction(async (tx) => {
        const owners = await lockUsers(tx, telegramId);
        await assertOwner(tx, by);
        const known = await tx.user.findUnique({ where: { telegramId } });
        if (!known) {
          throw new OpsError('not_found', `No user has the Telegram id ${telegramId}.`, {
            hint: 'People become known by an invitation, or by POST /api/users.',
          });
        }
        const before = known.role;
        if (before === role) return { user: toUser(known), before };
        if (before === 'owner' && owners <= 1 && !evenLastOwner) {
          throw new OpsError('conflict', 'The last owner cannot be removed or made less.', {
            hint: 'Make another user owner first; on the host, --even-last-owner takes the last one too.',
          });
        }
        const user = await tx.user.update({ where: { telegramId }, data: { role } });
        const lowered = before !== null && !roleCovers(role, before);
        const ended = lowered ? await endStanding(tx, clock, telegramId, role) : {};
        await appendAudit(tx, clock, {
          ...{ actor: by, action: role ? 'user.role' : 'user.removed' },
          ...{ target: `tg:${telegramId}`, operationId: null },
          data: { before, role, lowered, ended },
        });
        return { user: toUser(user), before };
      }),

    async wasLowered(telegramId) {
      const last = await prisma.auditEvent.findFirst({
        where: { target: `tg:${telegramId}`, action: { in: ACTIONS } },
        orderBy: { seq: 'desc' },
        select: { data: true },
      });
      const data = last?.data;
      return typeof data === 'object' && data !== null && 'lowered' in data
        ? data.lowered === true
        : false;
    },
  };
}

/**
 * All owners and one more person, locked in one order until the commit: two owners who demote each
 * other wait here, and the second no longer finds itself an owner. Returns how many owners there are.
 */
export async function lockUsers(tx: Tx, telegramId: bigint): Promise<number> {
  const rows = await tx.$queryRaw<{ role: string | null }[]>`
    SELECT role::text FROM user_account
     WHERE role = 'owner' OR telegram_id = ${telegramId}
     ORDER BY telegram_id FOR UPDATE`;
  return rows.filter((row) => row.role === 'owner').length;
}

/** Throws unless `by` is an owner now, or no person at all (`api:…`, whose scope was checked). */
export async function assertOwner(tx: Tx, by: string): Promise<void> {
  const telegramId = /^tg:(\d{1,18})$/.exec(by)?.[1];
  if (telegramId === undefined) return;
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM user_account
     WHERE telegram_id = ${BigInt(telegramId)} AND role = 'owner' FOR SHARE`;
  if (rows.length > 0) return;
  throw new OpsError('forbidden', 'Only an owner may do that.');
}
