import type { ChatWords, Subscription } from '#domain/following.ts';
import type { Receiver } from '#domain/notification.ts';
import type { FollowingRepository } from '#domain/repositories.ts';
import type { Subscription as Row } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { readerOf } from './readers.ts';

const SCOPES = ['all', 'group', 'label'];

export function createFollowing({ prisma, clock }: RepositoryDeps): FollowingRepository {
  const audit = (tx: Tx, by: string, action: string, to: Receiver, data: object) =>
    appendAudit(tx, clock, {
      ...{ actor: by, action, target: nameOf(to), operationId: null },
      data: { ...data },
    });
  const prefer = async ({ chatId, threadId }: Receiver, data: object) => {
    await prisma.preference.upsert({
      where: { chatId_threadId: { chatId, threadId } },
      create: { chatId, threadId, ...data },
      update: data,
    });
  };

  /** A group, or a topic of it, becomes a chat that is known. */
  const know = async (
    tx: Tx,
    { chatId, threadId }: Receiver,
    by: string,
    title: string | null,
    words: ChatWords = {},
  ) => {
    const values = { title: cleanText(title ?? String(chatId)), ...words };
    await tx.chat.upsert({
      where: { chatId_threadId: { chatId, threadId } },
      create: { chatId, threadId, ...values, addedBy: adderOf(by), createdAt: clock.now() },
      update: values,
    });
  };

  return {
    reader: (receiver) => readerOf(prisma, receiver),

    async subscriptions({ chatId, threadId }) {
      const rows = await prisma.subscription.findMany({ where: { chatId, threadId } });
      return rows.map(toSubscription).sort((a, b) => rank(a).localeCompare(rank(b)));
    },

    subscribe: ({ receiver, minSeverity, scope, target }, by, title) =>
      prisma.$transaction(async (tx) => {
        const { chatId, threadId } = receiver;
        if (chatId < 0n) await know(tx, receiver, by, title);
        const row = await tx.subscription.upsert({
          where: {
            chatId_threadId_scope_target: { chatId, threadId, scope, target: cleanText(target) },
          },
          create: {
            ...{ chatId, threadId, minSeverity, scope, target: cleanText(target) },
            ...{ createdBy: by, createdAt: clock.now() },
          },
          update: { minSeverity, createdBy: by },
        });
        await audit(tx, by, 'chat.subscribed', receiver, { scope, target, minSeverity });
        return toSubscription(row);
      }),

    unsubscribe: (receiver, one, by) =>
      prisma.$transaction(async (tx) => {
        const { chatId, threadId } = receiver;
        const { count } = await tx.subscription.deleteMany({
          where: { chatId, threadId, ...(one && { scope: one.scope, target: one.target }) },
        });
        // A group that is told nothing more sees nothing more on its cards either.
        const left = await tx.subscription.count({ where: { chatId, threadId } });
        if (chatId < 0n && left === 0) {
          await tx.chatCard.updateMany({ where: { chatId, threadId }, data: { closed: true } });
        }
        if (count > 0) await audit(tx, by, 'chat.unsubscribed', receiver, { ...one, count });
        return count;
      }),

    speak: (receiver, words, by, title) =>
      prisma.$transaction(async (tx) => {
        await know(tx, receiver, by, title, words);
        await audit(tx, by, 'chat.words_chosen', receiver, words);
      }),

    setQuiet: (receiver, quiet) =>
      prefer(receiver, { quietFrom: quiet?.from ?? null, quietUntil: quiet?.until ?? null }),

    // From now on: the digest of a time that is past today comes tomorrow.
    setDigest: (receiver, at) => prefer(receiver, { digestAt: at, digestedAt: clock.now() }),

    async mute({ chatId, threadId }, incidentId, until) {
      if (!isUuid(incidentId)) return;
      await prisma.chatMute.upsert({
        where: { chatId_threadId_incidentId: { chatId, threadId, incidentId } },
        create: { chatId, threadId, incidentId, until },
        update: { until },
      });
    },

    async mutedUntil({ chatId, threadId }, incidentId, now) {
      if (!isUuid(incidentId)) return null;
      const row = await prisma.chatMute.findUnique({
        where: { chatId_threadId_incidentId: { chatId, threadId, incidentId } },
      });
      return row && row.until > now ? row.until : null;
    },
  };
}

const nameOf = ({ chatId, threadId }: Receiver): string =>
  chatId > 0n ? `tg:${chatId}` : `chat:${chatId}${threadId === 0 ? '' : `/${threadId}`}`;

const adderOf = (by: string): bigint => BigInt(/^tg:(\d{1,18})$/.exec(by)?.[1] ?? 0);

const rank = ({ scope, target }: Subscription): string => `${SCOPES.indexOf(scope)}${target}`;

const toSubscription = ({
  id,
  chatId,
  threadId,
  minSeverity,
  scope,
  target,
}: Row): Subscription => ({
  ...{ id, minSeverity, scope, target },
  receiver: { chatId, threadId },
});
