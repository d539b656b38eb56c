import type { Repositories } from '#domain/repositories.ts';

/** Whether notifications get through to Telegram, as a check of /readyz and /status. */
export async function telegramDelivery({
  outbox,
}: Pick<Repositories, 'outbox'>): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const health = await outbox.health().catch(() => null);
  if (!health) return { ok: false, detail: 'unknown' };
  return health.failing
    ? { ok: false, detail: `${health.waiting} messages wait since ${health.since?.toISOString()}` }
    : { ok: true, detail: 'takes messages' };
}
