import type { Readiness } from '#domain/readiness.ts';
import type { Core } from './core.ts';
import { telegramDelivery } from './delivery-check.ts';

/**
 * Asks the database and the queue; never throws. A chat that is deaf or takes no messages is shown,
 * and turns no client of the API away.
 */
export const createReadiness =
  ({
    prisma,
    doorbell,
    chat,
    repositories,
  }: Pick<Core, 'prisma' | 'doorbell' | 'chat' | 'repositories'>) =>
  async (): Promise<Readiness> => {
    const [database, queue, delivery] = await Promise.all([
      look(() => prisma.$queryRaw`select 1`),
      look(() => doorbell.depth()),
      telegramDelivery(repositories),
    ]);
    const telegram = chat.isDeaf() ? { ok: false, detail: 'not heard for 90 s' } : delivery;
    return { ok: database.ok && queue.ok, checks: { database, queue, telegram } };
  };

async function look(check: () => Promise<unknown>): Promise<{ ok: boolean; detail: string }> {
  try {
    await check();
    return { ok: true, detail: 'answers' };
  } catch {
    return { ok: false, detail: 'does not answer' };
  }
}
