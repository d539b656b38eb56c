import { Secret } from '#domain/secret.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { cleanText } from './clean.ts';
import { guarded } from './database-errors.ts';
import type { RepositoryDeps } from './deps.ts';

/** `Update` is Telegram's object of that name; the bot's port says which parts it needs. */
interface StoredUpdate {
  readonly update_id: number;
}

/**
 * The bot's updates between Telegram and their handling. People may have typed passwords into
 * them, so the content is sealed, and erased as soon as the update is done.
 */
export function createChatUpdates<Update extends StoredUpdate>({
  prisma,
  secrets,
}: Pick<RepositoryDeps, 'prisma' | 'secrets'>) {
  const seal = (update: Update) => secrets.seal(new Secret(JSON.stringify(update)));
  const open = (payload: Prisma.JsonValue): Update | null => {
    try {
      return JSON.parse(secrets.open(String(payload)).reveal());
    } catch {
      return null;
    }
  };
  const done = async (updateId: number, error: string | null): Promise<void> => {
    await prisma.chatUpdate.updateMany({
      where: { updateId: BigInt(updateId), processedAt: null },
      data: { processedAt: new Date(), payload: '', error: error && cleanText(error) },
    });
  };

  return guarded({
    async store(
      updates: readonly { readonly chatId: number | null; readonly payload: Update }[],
    ): Promise<number> {
      const { count } = await prisma.chatUpdate.createMany({
        data: updates.map(({ chatId, payload }) => ({
          updateId: BigInt(payload.update_id),
          chatId: chatId === null ? null : BigInt(chatId),
          payload: seal(payload),
        })),
        skipDuplicates: true,
      });
      return count;
    },
    async pending(limit: number) {
      const rows = await prisma.chatUpdate.findMany({
        where: { processedAt: null },
        // Not by id alone: after a quiet week Telegram's ids may start anywhere.
        orderBy: [{ receivedAt: 'asc' }, { updateId: 'asc' }],
        take: limit,
      });
      const pending = [];
      for (const { updateId: id, chatId, attempts, payload: sealed } of rows) {
        const updateId = Number(id);
        const payload = open(sealed);
        if (payload) pending.push({ updateId, lane: String(chatId ?? 'none'), payload, attempts });
        // Sealed with a key that is gone: it must not stand in the way of the others.
        else await done(updateId, 'the stored update could not be read');
      }
      return pending;
    },
    done,
    async failed(updateId: number, error: string): Promise<void> {
      await prisma.chatUpdate.updateMany({
        where: { updateId: BigInt(updateId), processedAt: null },
        data: { attempts: { increment: 1 }, error: cleanText(error) },
      });
    },
    async prune(before: Date): Promise<number> {
      const { count } = await prisma.chatUpdate.deleteMany({
        where: { processedAt: { lt: before } },
      });
      return count;
    },
  });
}
