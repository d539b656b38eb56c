import type { Readiness } from '#domain/readiness.ts';
import type { Core } from './core.ts';

/** Asks the database and the queue; never throws. A deaf chat is shown, and turns no client away. */
export const createReadiness =
  ({ prisma, doorbell, chat }: Pick<Core, 'prisma' | 'doorbell' | 'chat'>) =>
  async (): Promise<Readiness> => {
    const [database, queue] = await Promise.all([
      look(() => prisma.$queryRaw`select 1`),
      look(() => doorbell.depth()),
    ]);
    const heard = !chat.isDeaf();
    const telegram = { ok: heard, detail: heard ? 'heard, or off' : 'not heard for 90 s' };
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
