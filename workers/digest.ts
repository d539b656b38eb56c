import type { Digest } from '#domain/digest.ts';
import { type Reader, wallClock } from '#domain/following.ts';
import type { Notification } from '#domain/notification.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { DigestRepository } from '#domain/repositories.ts';

export const DIGEST_SECONDS = 60;
const DAY_MS = 86_400_000;

/** Whether today's time for it has come, on that chat's wall, and today's is not out yet. */
export function isDue({ digestAt, timeZone }: Reader, last: Date | null, now: Date): boolean {
  if (digestAt === null) return false;
  const here = wallClock(now, timeZone);
  if (here.minutes < digestAt) return false;
  if (last === null) return true;
  const before = wallClock(last, timeZone);
  return before.day < here.day || (before.day === here.day && before.minutes < digestAt);
}

/** Writes the daily digest of each chat that wants one; once a day, whoever looks. */
export const createDigest =
  ({
    digests,
    clock,
    log,
  }: {
    digests: DigestRepository;
    clock: Pick<Clock, 'now'>;
    log: Logger;
  }) =>
  async (): Promise<void> => {
    const now = clock.now();
    const since = new Date(now.getTime() - DAY_MS);
    let digest: Digest | null = null;
    for (const { reader, last } of await digests.wanted()) {
      if (!isDue(reader, last, now)) continue;
      digest ??= await digests.collect(since, now);
      const sent = await digests.send(reader.receiver, last, now, digestNote(digest));
      const { chatId, threadId } = reader.receiver;
      if (sent) log.info({ chat: `${chatId}/${threadId}`, chain: digest.chain }, 'daily digest');
    }
  };

const digestNote = (digest: Digest): Notification => ({
  dedupeKey: `digest:${digest.until}`,
  severity: 'info',
  kind: 'daily_digest',
  params: { digest: JSON.stringify(digest) },
  serverHandle: null,
  operationId: null,
});
