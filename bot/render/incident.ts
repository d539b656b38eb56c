import type { Incident } from '#domain/incident.ts';
import { RUNGS } from '#domain/recovery.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { bold, type Html, html, join, shown, shownLines } from './html.ts';
import type { Button, Rendered } from './message.ts';

const LIST_LIMIT = 1500;

export const incidentName = (t: Translate, { type }: Pick<Incident, 'type'>): Html =>
  t(`incident_type.${type}`);

const RUNG = new RegExp(
  `(^|[,;] )(${RUNGS.join('|')})(?![a-z_])(?: \\((helped|did not help|failed)(?=[:)]))?`,
  'g',
);
const OUTCOMES: Readonly<Record<string, MessageKey>> = {
  helped: 'rung_outcome.helped',
  'did not help': 'rung_outcome.no_help',
  failed: 'rung_outcome.failed',
};

/** Rungs and what became of them in the reader's words; what else the list says as it is. */
export const rungList = (t: Translate, text: string): Html =>
  html(
    shown(text, LIST_LIMIT).html.replace(RUNG, (_, before, name, outcome) => {
      const known = RUNGS.find((rung) => rung === name);
      const ending = OUTCOMES[outcome];
      const called = known ? t(`rung.${known}`).html : name;
      return `${before}${called}${ending ? ` (${t(ending).html}` : ''}`;
    }),
  );

const sign = ({ muted, status }: Incident): string =>
  muted ? '🔇' : status === 'recovering' ? '⏳' : '🚨';

function line(t: Translate, incident: Incident, takenBy: string, now: Date): Html {
  const age = t.duration((now.getTime() - incident.failedAt.getTime()) / 1000);
  const server = bold(shown(incident.serverHandle));
  const facts = [
    t('incident.line', { server, what: incidentName(t, incident), age }),
    incident.status === 'recovering' ? t('incident.recovering') : null,
    incident.muted ? t('incident.muted') : null,
    takenBy === '' ? null : t('incident.taken', { by: takenBy }),
  ];
  return html(`${sign(incident)} ${join(facts, ' · ').html}`);
}

/** `where`: the list that is redrawn, or the card of this one. */
export const takeButton = (
  t: Translate,
  { id, serverHandle }: Pick<Incident, 'id' | 'serverHandle'>,
  where: 'l' | 't',
): Button => ({
  text: t.plain('button.take', { server: shortened(serverHandle) }),
  data: `ic.${where}.${id}`,
});

const shortened = (name: string): string => (name.length > 40 ? `${name.slice(0, 39)}…` : name);

/** One incident as a card of its own: what an alert becomes once somebody has taken it. */
export function renderIncident(
  t: Translate,
  incident: Incident,
  { taker, mayTake, now }: { taker: string; mayTake: boolean; now: Date },
): Rendered {
  const services = incident.affectedServices.join(', ');
  return {
    text: join([
      line(t, incident, taker, now),
      incident.details === '' ? null : shownLines(incident.details),
      t('incident.since', { since: t.moment(incident.failedAt) }),
      services === '' ? null : t('incident.services', { services }),
    ]),
    buttons: mayTake && incident.takenBy === null ? [[takeButton(t, incident, 't')]] : [],
  };
}
