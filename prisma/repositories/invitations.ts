import type { JoinOutcome, PersonNames, UserRepository } from '#domain/repositories.ts';
import { type Role, roleCovers } from '#domain/user.ts';
import { appendAudit } from './audit.ts';
import { cleanText } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { hashOfCode, oneTimeCode } from './one-time-code.ts';
import { assertOwner, lockUsers } from './roles.ts';
import { tellOwners } from './tell-owners.ts';

/**
 * Wrong codes, by anybody, after which the open codes are dead and new ones have to be made: far too
 * few to guess one of 31^10, and more than a stranger sends to spoil them.
 */
const MOST_TRIES = 1000;
const REFUSED: JoinOutcome = { outcome: 'refused' };

type Invitations = Pick<UserRepository, 'issuePairingCode' | 'invite' | 'join'>;

/** One-time codes that give their bearer a role. Lock order: people, then codes. */
export function createInvitations({ prisma, clock }: RepositoryDeps): Invitations {
  const hasOwner = async (tx: Tx) => (await tx.user.count({ where: { role: 'owner' } })) > 0;
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);

  /** The code that fits, if it is good now; a wrong one counts against all that are open. */
  async function openCode(tx: Tx, codeHash: string) {
    const open = { usedAt: null, expiresAt: { gt: clock.now() } };
    const found = await tx.invitation.findFirst({
      where: { ...open, codeHash, tries: { lt: MOST_TRIES } },
    });
    // The agent's own code makes the first owner, never a second one.
    if (found && (found.createdBy !== null || !(await hasOwner(tx)))) return found;
    await tx.invitation.updateMany({ where: open, data: { tries: { increment: 1 } } });
    return null;
  }

  return {
    async issuePairingCode(ttlSeconds) {
      if (await hasOwner(prisma)) return null;
      const code = oneTimeCode();
      const data = { codeHash: hashOfCode(code), role: 'owner', expiresAt: inSeconds(ttlSeconds) };
      await prisma.$transaction([
        prisma.invitation.deleteMany({ where: { role: 'owner', usedAt: null, createdBy: null } }),
        prisma.invitation.create({ data: { ...data, role: 'owner' } }),
      ]);
      return code;
    },

    invite: (role, by, ttlSeconds) =>
      prisma.$transaction(async (tx) => {
        await assertOwner(tx, by);
        const code = oneTimeCode();
        const expiresAt = inSeconds(ttlSeconds);
        await tx.invitation.create({
          data: { codeHash: hashOfCode(code), role, createdBy: cleanText(by), expiresAt },
        });
        await appendAudit(tx, clock, {
          ...{ actor: by, action: 'user.invited', target: role, operationId: null },
          data: { role, expires_at: expiresAt.toISOString() },
        });
        return { code, expiresAt };
      }),

    join: (person, code) =>
      prisma.$transaction(async (tx): Promise<JoinOutcome> => {
        const { telegramId } = person;
        await lockUsers(tx, telegramId);
        const found = await openCode(tx, hashOfCode(code));
        if (!found) return REFUSED;
        const before = (await tx.user.findUnique({ where: { telegramId } }))?.role ?? null;
        const { role, createdBy } = found;
        const first = createdBy === null;
        if (before && roleCovers(before, role)) return { outcome: 'kept', role: before, first };
        const { count } = await tx.invitation.updateMany({
          where: { id: found.id, usedAt: null },
          data: { usedAt: clock.now(), usedBy: telegramId },
        });
        if (count === 0) return REFUSED;
        const data = { ...namesOf(person), role, lastSeen: clock.now() };
        await tx.user.upsert({
          where: { telegramId },
          create: { telegramId, ...data },
          update: data,
        });
        await announce(tx, person, role, { by: createdBy, before, id: found.id });
        return { outcome: before ? 'raised' : 'joined', role, first };
      }),
  };

  async function announce(
    tx: Tx,
    { telegramId, username, firstName }: PersonNames,
    role: Role,
    { by, before, id }: { by: string | null; before: Role | null; id: string },
  ): Promise<void> {
    const name = username ? `@${username}` : (firstName ?? '');
    await tellOwners(tx, clock, telegramId, {
      ...{ dedupeKey: `user_joined:${id}`, kind: 'user_joined' },
      // Somebody who may act is worth a sound.
      severity: role === 'viewer' ? 'info' : 'warning',
      params: { name, id: String(telegramId), role, by: by ?? '', raised: before ? 1 : 0 },
      ...{ serverHandle: null, operationId: null },
    });
    await appendAudit(tx, clock, {
      ...{ actor: `tg:${telegramId}`, target: `tg:${telegramId}`, operationId: null },
      action: by === null ? 'user.paired' : 'user.joined',
      data: { role, before, invited_by: by },
    });
  }
}

const namesOf = ({ username, firstName, lastName, languageCode }: PersonNames) => ({
  username: username && cleanText(username),
  firstName: firstName && cleanText(firstName),
  lastName: lastName && cleanText(lastName),
  languageCode,
});
