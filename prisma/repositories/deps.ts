import type { Clock, Logger, SecretBox } from '#domain/ports.ts';
import type { Prisma, PrismaClient } from '#generated/prisma/client.ts';

export interface RepositoryDeps {
  readonly prisma: PrismaClient;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A transaction, or the client itself where one statement is enough. */
export type Tx = Prisma.TransactionClient;
