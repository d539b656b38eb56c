import type { Notification } from '#domain/notification.ts';
import { Role } from '#domain/user.ts';
import { code } from './html.ts';
import { has, type Lines, moment } from './note-values.ts';

type PeopleKind = Extract<Notification['kind'], 'user_joined' | 'secret_code'>;

/** What owners are told about people, and about their own secrets. */
export const PEOPLE_LINES: Readonly<Record<PeopleKind, Lines>> = {
  user_joined: (t, _server, p) => [
    t(p.raised === 1 ? 'note.user_raised' : 'note.user_joined', {
      name: has(p.name) ? p.name : (p.id ?? '–'),
      role: t(`role.${Role.safeParse(p.role).data ?? 'viewer'}`),
    }),
    has(p.by) ? t('note.invited_by', { by: p.by }) : null,
  ],
  secret_code: (t, server, p) => [
    t('note.secret_code', { server, code: code(p.code ?? '–') }),
    t('note.secret_code_care', { until: moment(t, p.until) }),
  ],
};
