import type { Incident, IncidentEvent } from '#domain/incident.ts';
import { RUNGS } from '#domain/recovery.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { type Html, html, join, shown } from './html.ts';

export const EVENTS = 8;
const TEXT = 300;

type Name = (actor: string) => string;
/** What the agent writes on timelines again and again; the rest is shown in its own words. */
const KNOWN: readonly (readonly [RegExp, MessageKey])[] = [
  [/^Recovery accepted$/, 'timeline.accepted'],
  [/^Taken by (?<actor>.+)$/, 'timeline.taken'],
  [/^Now (?<status>detected|recovering|resolved|failed)$/, 'timeline.status'],
  [/^Approved by (?<actor>.+)$/, 'timeline.approved'],
  [/^Denied by (?<actor>.+)$/, 'timeline.denied'],
  [/^evidence saved before (?<rung>\w+)$/, 'timeline.evidence'],
  [/^no evidence before (?<rung>\w+): (?<why>.+)$/, 'timeline.no_evidence'],
  [/^observe: would take the rung (?<rung>\w+) on .+$/, 'timeline.would'],
  [/^It answers again: good fresh logins in a row\.$/, 'timeline.answers'],
  [/^All its services answer again\.$/, 'timeline.services'],
];

/** An event in the reader's words; what a person wrote as they wrote it. */
export function eventWords(
  t: Translate,
  { text, actor: by }: Pick<IncidentEvent, 'text' | 'actor'>,
  name: Name,
  limit = TEXT,
): Html {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(text);
    if (!found) continue;
    const { actor = '', status, rung, why = '' } = found.groups ?? {};
    const known = RUNGS.find((one) => one === rung);
    return t(key, {
      by: shown(name(actor) || actor, 64),
      status: status ? t(`incident_status.${status as Incident['status']}`) : '',
      rung: known ? t(`rung.${known}`) : (rung ?? ''),
      why: shown(t.detail(why), TEXT),
    });
  }
  return shown(/^agent(:|$)/.test(by) ? t.detail(text) : text, limit);
}

/** A page of what happened, oldest first; times count from the beginning of the trouble. */
export const timelineLines = (
  t: Translate,
  events: readonly IncidentEvent[],
  since: Date,
  name: Name,
): readonly Html[] =>
  events
    .filter(({ text }) => text !== '')
    .map(({ at, actor, text }) => {
      const after = t.duration((at.getTime() - since.getTime()) / 1000);
      const who = name(actor);
      return join(
        [
          html(`+${after}`),
          // Where the sentence names who it was, once is enough.
          who === '' || text.endsWith(` by ${actor}`) ? null : shown(who, 64),
          eventWords(t, { text, actor }, name),
        ],
        ' · ',
      );
    });
