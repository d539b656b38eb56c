import type { Reader, Subscription } from '#domain/following.ts';
import { NOTHING } from '#domain/following.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, join } from './html.ts';

/** Minutes after midnight as people write them. */
export const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** What a chat hears, when it is quiet, and when its digest comes: a section of /settings. */
export function renderFollowing(
  t: Translate,
  reader: Reader,
  subscriptions: readonly Subscription[],
): Html {
  const { quiet, digestAt, receiver } = reader;
  const zone = reader.timeZone ?? 'UTC';
  const everything = receiver.chatId > 0n ? t('following.everything') : t('following.none');
  return join([
    bold(t('following.title')),
    ...(subscriptions.length === 0 ? [everything] : subscriptions.map((one) => hears(t, one))),
    quiet
      ? t('following.quiet', { from: timeOf(quiet.from), until: timeOf(quiet.until), zone })
      : t('following.no_quiet'),
    digestAt === null
      ? t('following.no_digest')
      : t('following.digest', { at: timeOf(digestAt), zone }),
    t('following.how'),
  ]);
}

export function hears(
  t: Translate,
  { minSeverity, scope, target }: Omit<Subscription, 'id' | 'receiver'>,
) {
  if (minSeverity === NOTHING) return t('following.nothing');
  const level = t(`level.${minSeverity}`);
  return scope === 'all'
    ? t('following.all', { level })
    : t(`following.${scope}`, { level, target: code(target) });
}
