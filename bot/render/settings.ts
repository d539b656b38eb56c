import type { Reader } from '#domain/following.ts';
import type { User } from '#domain/user.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, join } from './html.ts';
import type { Button, Rendered } from './message.ts';
import { languageName } from './person.ts';

/** One for each offset where many people live; every other is typed. */
export const COMMON_ZONES = [
  ...['UTC', 'Europe/London', 'Europe/Berlin', 'Europe/Vilnius', 'Europe/Kyiv', 'Europe/Moscow'],
  ...['Asia/Tbilisi', 'Asia/Almaty', 'Asia/Kolkata', 'Asia/Shanghai', 'Asia/Tokyo'],
  ...['America/New_York', 'America/Chicago', 'America/Los_Angeles', 'America/Sao_Paulo'],
] as const;
export const ZONE_USAGE = '/settings tz Europe/Vilnius';
export const LANGUAGE_USAGE = '/settings lang ru';

const LANGUAGES = ['en', 'ru'] as const;

/** What a person has chosen, drawn in the language and the zone they have chosen. */
export function renderSettings(t: Translate, person: User, now: Date): Rendered {
  const languages: Button[] = LANGUAGES.map((language) => ({
    text: t.plain(`language.${language}`),
    data: `pe.s.l.${language}`,
  }));
  return {
    text: join([
      bold(t('settings.title')),
      t('settings.language', { language: languageName(t, person) }),
      t('settings.zone', { zone: t.timeZone, now: t.moment(now) }),
    ]),
    buttons: [
      languages,
      [{ text: t.plain('button.as_telegram'), data: 'pe.s.l.telegram' }],
      [{ text: t.plain('button.zone'), data: 'pe.s.z' }],
    ],
  };
}

/** What a group is spoken to in; what it hears stands below. */
export function renderChatSettings(t: Translate, { timeZone }: Reader, now: Date): Html {
  return join([
    bold(t('settings.chat_title')),
    t('settings.language', { language: t(`language.${t.language}`) }),
    t('settings.zone', { zone: timeZone ?? 'UTC', now: t.moment(now) }),
    t('settings.chat_how', { zone: code(ZONE_USAGE), language: code(LANGUAGE_USAGE) }),
  ]);
}

export function renderZones(t: Translate): Rendered {
  const rows: Button[][] = [];
  for (const [index, zone] of COMMON_ZONES.entries()) {
    const button = { text: zone, data: `pe.s.z.${index}` };
    const last = rows.at(-1);
    if (last && last.length < 2) last.push(button);
    else rows.push([button]);
  }
  return {
    text: t('settings.zones', { usage: code(ZONE_USAGE) }),
    buttons: [...rows, [{ text: t.plain('button.settings'), data: 'pe.s' }]],
  };
}
