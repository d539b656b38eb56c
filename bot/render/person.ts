import type { Page } from '#domain/repositories.ts';
import { Role, type User } from '#domain/user.ts';
import { languageOf, type Translate } from '../locales/translate.ts';
import { bold, code, type Html, html, join, shown } from './html.ts';
import type { Button, Rendered } from './message.ts';

/** People on one page of the list, one button each. */
export const PEOPLE_PER_PAGE = 8;

const NAME_LENGTH = 40;

export function nameOf({ telegramId, username, firstName, lastName }: User): string {
  const names = [firstName, lastName].filter((name) => name).join(' ');
  return names || (username ? `@${username}` : String(telegramId));
}

/** The language a person reads, in its own words, and whether they chose it. */
export function languageName(
  t: Translate,
  { language, languageCode }: Pick<User, 'language' | 'languageCode'>,
): Html {
  if (language) return t(`language.${language}`);
  return t('language.telegram', { language: t(`language.${languageOf(languageCode)}`) });
}

export function renderPeople(t: Translate, page: Page<User>, offset: number): Rendered {
  const { items, total } = page;
  const to = offset + items.length;
  const row = (user: User): readonly Button[] => [
    {
      text: `${[...nameOf(user)].slice(0, NAME_LENGTH).join('')} · ${t.plain(`button.${user.role ?? 'viewer'}`)}`,
      data: `pe.u.${user.telegramId}`,
    },
  ];
  const turns: Button[] = [];
  if (offset > 0) {
    const before = Math.max(0, offset - PEOPLE_PER_PAGE);
    turns.push({ text: t.plain('button.previous'), data: `pe.l.${before}` });
  }
  if (to < total) turns.push({ text: t.plain('button.next'), data: `pe.l.${to}` });
  return {
    text: join([
      bold(t('users.title', { count: total })),
      total > PEOPLE_PER_PAGE ? t('users.page', { from: offset + 1, to, total }) : null,
    ]),
    buttons: [...items.map(row), ...(turns.length > 0 ? [turns] : [])],
  };
}

/** One person, and what an owner may do about them. */
export function renderPerson(t: Translate, user: User, me: bigint): Rendered {
  const { telegramId, role, lastSeen, username } = user;
  const made = Role.options
    .filter((other) => other !== role)
    .map((other) => [
      { text: t.plain(`button.make_${other}`), data: `pe.r.${other}.${telegramId}` },
    ]);
  return {
    text: join([
      html(
        `${bold(shown(nameOf(user), NAME_LENGTH)).html}${username ? ` @${shown(username).html}` : ''} ${code(String(telegramId)).html}`,
      ),
      telegramId === me ? t('user.you') : null,
      role ? t('user.role', { role: t(`role.${role}`) }) : t('user.no_role'),
      lastSeen ? t('user.seen', { at: t.moment(lastSeen) }) : t('user.never_seen'),
      t('user.language', { language: languageName(t, user) }),
      t('user.zone', { zone: user.timeZone ?? 'UTC' }),
    ]),
    buttons: [
      ...made,
      ...(role ? [[{ text: t.plain('button.remove'), data: `pe.x.${telegramId}` }]] : []),
      [{ text: t.plain('button.people'), data: 'pe.l.0' }],
    ],
  };
}

export const renderRemoval = (t: Translate, user: User): Rendered => ({
  text: t('user.remove_question', { name: bold(shown(nameOf(user), NAME_LENGTH)) }),
  buttons: [
    [{ text: t.plain('button.remove_sure'), data: `pe.y.${user.telegramId}` }],
    [{ text: t.plain('button.keep'), data: `pe.u.${user.telegramId}` }],
  ],
});
