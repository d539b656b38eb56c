import type { Readiness } from '#domain/readiness.ts';
import type { Core } from './core.ts';

/** Asks the database and the queue; never throws. */
export const createReadiness =
  ({ prisma, doorbell }: Pick<Core, 'prisma' | 'doorbell'>) =>
  async (): Promise<Readiness> => {
    const [database, queue] = await Promise.all([
      look(() => prisma.$queryRaw`select 1`),
      look(() => doorbell.depth()),
    ]);
    return { ok: database.ok && queue.ok, checks: { database, queue } };
  };

async function look(check: () => Promise<unknown>): Promise<{ ok: boolean; detail: string }> {
  try {
    await check();
    return { ok: true, detail: 'answers' };
  } catch {
    return { ok: false, detail: 'does not answer' };
  }
}
