import type { Logger } from '#domain/ports.ts';
import type { UserRepository } from '#domain/repositories.ts';

/**
 * ADMIN_TELEGRAM_IDS are owners before they ever wrote, so that alerts reach them. What people took
 * from somebody since, the setting does not give back: a removal lasts longer than a restart.
 */
export async function makeFirstOwners(
  ids: Iterable<bigint>,
  { users, log }: { users: Pick<UserRepository, 'find' | 'upsert' | 'wasLowered'>; log: Logger },
): Promise<void> {
  for (const telegramId of ids) {
    const known = await users.find(telegramId);
    if (known?.role === 'owner') continue;
    if (await users.wasLowered(telegramId)) {
      log.warn(
        { user: String(telegramId) },
        'in ADMIN_TELEGRAM_IDS, but removed or made less since: zavhoz users set-role gives it back',
      );
      continue;
    }
    await users.upsert({
      telegramId,
      username: known?.username ?? null,
      firstName: known?.firstName ?? null,
      lastName: known?.lastName ?? null,
      languageCode: known?.languageCode ?? null,
      role: 'owner',
      seen: false,
    });
  }
}
