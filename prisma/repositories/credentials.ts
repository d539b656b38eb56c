import { OpsError } from '#domain/errors.ts';
import type { Credential, CredentialRepository } from '#domain/repositories.ts';
import type { Secret } from '#domain/secret.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';
import { serverIdOf } from './server-rows.ts';

const INCLUDE = { server: { select: { handle: true } } } as const;
type Row = Prisma.CredentialGetPayload<{ include: typeof INCLUDE }>;

/** Sealed on the way in, opened on the way out: the database holds no plain text. */
export function createCredentials({
  prisma,
  secrets,
  clock,
}: RepositoryDeps): CredentialRepository {
  const toCredential = (row: Row): Credential => ({
    id: row.id,
    serverHandle: row.server.handle,
    kind: row.kind,
    user: row.user,
    secret: secrets.open(row.ciphertext),
    fingerprint: row.fingerprint,
    verifiedAt: row.verifiedAt,
    supersededAt: row.supersededAt,
  });

  return {
    save: ({ serverHandle, kind, user, secret, fingerprint, verified }) =>
      prisma.$transaction(async (tx) => {
        const row = await tx.credential.create({
          data: {
            serverId: await serverIdOf(tx, serverHandle),
            ...{ kind, user, fingerprint: fingerprint ?? null },
            ciphertext: sealed(secrets.seal, secret),
            verifiedAt: verified ? clock.now() : null,
          },
          include: INCLUDE,
        });
        if (verified) await supersedeOlder(tx, row, clock.now());
        return toCredential(row);
      }),

    async require(id) {
      const row = isUuid(id)
        ? await prisma.credential.findUnique({ where: { id }, include: INCLUDE })
        : null;
      if (!row) throw new OpsError('not_found', `There is no credential ${id}.`);
      return toCredential(row);
    },

    async current(serverHandle, kind) {
      const row = await prisma.credential.findFirst({
        where: { server: { handle: serverHandle }, kind, supersededAt: null },
        orderBy: { seq: 'desc' },
        include: INCLUDE,
      });
      return row && toCredential(row);
    },

    async markVerified(id) {
      await prisma.$transaction(async (tx) => {
        const row = await tx.credential.update({
          where: { id },
          data: { verifiedAt: clock.now(), supersededAt: null },
        });
        await supersedeOlder(tx, row, clock.now());
      });
    },
  };
}

/** The older ones stay: they may be the only way in when the new one fails after all. */
async function supersedeOlder(
  tx: Prisma.TransactionClient,
  { serverId, kind, seq }: Pick<Row, 'serverId' | 'kind' | 'seq'>,
  at: Date,
): Promise<void> {
  await tx.credential.updateMany({
    where: { serverId, kind, seq: { lt: seq }, supersededAt: null },
    data: { supersededAt: at },
  });
}

function sealed(seal: (plain: Secret) => string, secret: Secret): string {
  if (secret.reveal() === '') throw new OpsError('invalid_input', 'An empty secret opens nothing.');
  return seal(secret);
}
