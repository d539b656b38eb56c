import type { Severity } from '#domain/incident.ts';
import { NEEDS_WORD, type Notification } from '#domain/notification.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, type Html, html, join, shown } from './html.ts';
import type { Rendered } from './message.ts';
import { SIGNS } from './notification.ts';

/** Servers that one line names. */
const NAMED = 12;

/** From what weighs most to what weighs least. */
const ORDER: readonly Severity[] = ['critical', 'error', 'warning', 'success', 'info'];

/** Many messages as one: by kind, with their number and the servers they are about. */
export function renderCombined(t: Translate, notes: readonly Notification[]): Rendered {
  const kinds = new Map<string, Notification[]>();
  for (const note of notes) {
    const key = `${ORDER.indexOf(note.severity)}${note.kind}`;
    kinds.set(key, [...(kinds.get(key) ?? []), note]);
  }
  const groups = [...kinds].sort(([a], [b]) => a.localeCompare(b)).map(([, group]) => group);
  return {
    text: join([
      bold(t('combined.title', { count: notes.length })),
      ...groups.map((group) => line(t, group)),
      notes.some(({ kind }) => NEEDS_WORD.has(kind)) ? t('combined.needs_word') : null,
    ]),
    ...(notes.every(({ severity }) => severity === 'info') && { silent: true }),
  };
}

function line(t: Translate, group: readonly Notification[]): Html {
  const [first] = group;
  if (!first) return html('');
  const names = [...new Set(group.map(nameOf))].filter((name) => name !== '');
  const rest = names.length - NAMED;
  const listed = names.slice(0, NAMED).map((name) => shown(name, 60).html);
  const more = rest > 0 ? ` ${t('incidents.more', { count: rest }).html}` : '';
  const about = listed.length > 0 ? `: ${listed.join(', ')}${more}` : '';
  return html(
    `${SIGNS[first.severity]} ${group.length} × ${t(`combined.${first.kind}`).html}${about}`,
  );
}

const nameOf = ({ serverHandle, params }: Notification): string =>
  String(serverHandle ?? params.server ?? params.provider ?? '');
