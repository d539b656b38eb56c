import { createHash, randomBytes } from 'node:crypto';
import type { SecretLinkRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { appendAudit } from './audit.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { hashOfCode, oneTimeCode } from './one-time-code.ts';
import { assertOwner, lockUsers } from './roles.ts';
import { tellPerson } from './tell-owners.ts';

/** Wrong second codes that end a link. */
const MOST_TRIES = 5;
const INCLUDE = {
  credential: { include: { server: { select: { handle: true } } } },
} as const;

/** Lock order: people, then the link. */
export function createSecretLinks({
  prisma,
  secrets,
  clock,
}: RepositoryDeps): SecretLinkRepository {
  /** The link, if it is good and its person an owner still. */
  async function open(tx: Tx, token: Secret) {
    const row = await tx.secretLink.findUnique({
      where: { hash: hashOf(token) },
      include: INCLUDE,
    });
    if (!row || row.usedAt || row.expiresAt <= clock.now() || row.codeTries >= MOST_TRIES) {
      return null;
    }
    const owner = await tx.user.findUnique({ where: { telegramId: row.ownerId } });
    return owner?.role === 'owner' ? row : null;
  }

  /** The same, locked until the commit against a second opening and against the loss of the role. */
  async function take(tx: Tx, token: Secret) {
    const hash = hashOf(token);
    const row = await tx.secretLink.findUnique({ where: { hash }, select: { ownerId: true } });
    if (!row) return null;
    await lockUsers(tx, row.ownerId);
    await tx.$queryRaw`SELECT 1 FROM secret_link WHERE hash = ${hash} FOR UPDATE`;
    return open(tx, token);
  }
  type Taken = NonNullable<Awaited<ReturnType<typeof take>>>;

  const note = (tx: Tx, { id, ownerId, credential }: Taken, action: string, from: string) =>
    appendAudit(tx, clock, {
      ...{ actor: `tg:${ownerId}`, action, target: credential.server.handle, operationId: null },
      data: { link: id, credential: credential.id, from },
    });

  return {
    create: (serverHandle, ownerId, ttlSeconds) =>
      prisma.$transaction(async (tx) => {
        await assertOwner(tx, `tg:${ownerId}`);
        const credential = await tx.credential.findFirst({
          where: { server: { handle: serverHandle }, kind: 'root_password', supersededAt: null },
          orderBy: { seq: 'desc' },
          select: { id: true },
        });
        if (!credential) return null;
        const token = new Secret(randomBytes(32).toString('base64url'));
        const expiresAt = new Date(clock.now().getTime() + ttlSeconds * 1000);
        const { id } = await tx.secretLink.create({
          data: { hash: hashOf(token), credentialId: credential.id, ownerId, expiresAt },
        });
        await appendAudit(tx, clock, {
          ...{ actor: `tg:${ownerId}`, action: 'secret.asked', target: serverHandle },
          ...{ operationId: null, data: { link: id, credential: credential.id } },
        });
        return { token, expiresAt };
      }),

    state: async (token) => ((await open(prisma, token)) ? 'open' : 'gone'),

    sendCode: (token, from) =>
      prisma.$transaction(async (tx) => {
        const link = await take(tx, token);
        if (!link) return 'gone';
        // One message per link: whoever opens it again cannot flood the owner.
        if (link.codeHash !== null) return 'open';
        const code = oneTimeCode(6);
        await tx.secretLink.update({
          where: { id: link.id },
          data: { codeHash: hashOfCode(code) },
        });
        await tellPerson(tx, clock, link.ownerId, {
          // Critical: quiet hours and rate limits do not hold it back, it is good for minutes only.
          ...{ dedupeKey: `secret_code:${link.id}`, severity: 'critical', kind: 'secret_code' },
          params: {
            ...{ code: code.reveal(), server: link.credential.server.handle },
            until: link.expiresAt.toISOString(),
          },
          ...{ serverHandle: link.credential.server.handle, operationId: null },
        });
        await note(tx, link, 'secret.opened', from);
        return 'open';
      }),

    reveal: (token, code, from) =>
      prisma.$transaction(async (tx) => {
        const link = await take(tx, token);
        if (!link || link.codeHash === null) return 'gone';
        if (link.codeHash !== hashOfCode(code)) {
          await tx.secretLink.update({
            where: { id: link.id },
            data: { codeTries: { increment: 1 } },
          });
          await note(tx, link, 'secret.wrong_code', from);
          return link.codeTries + 1 >= MOST_TRIES ? 'gone' : 'wrong';
        }
        await tx.secretLink.update({ where: { id: link.id }, data: { usedAt: clock.now() } });
        const { server, user, ciphertext } = link.credential;
        const secret = secrets.open(ciphertext);
        await note(tx, link, 'secret.shown', from);
        return { serverHandle: server.handle, user, secret };
      }),
  };
}

/** Random tokens of 256 bits need no slow hash. */
const hashOf = (token: Secret) => createHash('sha256').update(token.reveal()).digest('hex');
