import type { Incident, Severity } from '#domain/incident.ts';
import { type RecoveryMode, RUNGS, type RungRecord } from '#domain/recovery.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { bold, type Html, html, italic, join, shown, shownLines } from './html.ts';
import type { Button, Rendered } from './message.ts';

/** Steps of a recovery that one card lists. */
const TIMELINE = 6;
const LIST_LIMIT = 1500;

export const incidentName = (t: Translate, { type }: Pick<Incident, 'type'>): Html =>
  t(`incident_type.${type}`);

/** A rung of a list: `reboot (did not help)`, `restart (failed: …)`, `reinstall: …`. */
const RUNG = new RegExp(
  `(?:^|[,;] )(?:${RUNGS.join('|')})(?![a-z_])(?= \\((?:helped|did not help|failed)[:)]|:|[,;] |$)`,
  'g',
);
const ENTRY = /^([,;] )?([a-z_]+)(?: \((helped|did not help|failed)(?:: (.*))?\)|: (.*))?$/s;
const OUTCOMES: Readonly<Record<string, MessageKey>> = {
  helped: 'rung_outcome.helped',
  'did not help': 'rung_outcome.no_help',
  failed: 'rung_outcome.failed',
};

/** Rungs and what became of them in the reader's words; what else the list says as it is. */
export function rungList(t: Translate, text: string): Html {
  const starts = [...text.matchAll(RUNG)].map(({ index }) => index);
  const entries = [0, ...starts.filter((at) => at > 0)].map((at, nth, all) =>
    text.slice(at, all[nth + 1]),
  );
  return shown(entries.map((entry) => rungEntry(t, entry)).join(''), LIST_LIMIT);
}

function rungEntry(t: Translate, entry: string): string {
  const [, before = '', name = '', outcome = '', failure, reason] = ENTRY.exec(entry) ?? [];
  const known = RUNGS.find((rung) => rung === name);
  if (!known) return t.detail(entry);
  const ending = OUTCOMES[outcome];
  const why = failure === undefined ? '' : `: ${t.detail(failure)}`;
  const became = ending ? ` (${t.plain(ending)}${why})` : '';
  return `${before}${t.plain(`rung.${known}`)}${became}${reason ? `: ${t.detail(reason)}` : ''}`;
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

export interface IncidentCard {
  /** Name of who took it; empty: nobody. */
  readonly taker: string;
  readonly mayTake: boolean;
  readonly now: Date;
  readonly rungs?: readonly RungRecord[];
  /** How its server is recovered; null: nothing is done by itself. */
  readonly mode?: RecoveryMode | null;
  /** No sound about it in this chat until then. */
  readonly mutedUntil?: Date | null;
}

/** One incident as the card of its chat: how it stands, what was done, who looks after it. */
export function renderIncident(t: Translate, incident: Incident, card: IncidentCard): Rendered {
  const { taker, mutedUntil } = card;
  const services = incident.affectedServices.join(', ');
  const server = bold(shown(incident.serverHandle));
  const title = t('note.incident_about', { server, what: incidentName(t, incident) });
  return {
    text: join([
      html(`${cardSign(incident)} ${title.html}`),
      incident.details === '' ? null : italic(shownLines(clipped(t.detail(incident.details)))),
      t('incident.since', { since: t.moment(incident.failedAt) }),
      services === '' ? null : t('incident.services', { services }),
      ...rungLines(t, incident, card.rungs ?? []),
      standing(t, incident, card),
      taker === '' ? null : html(`👤 ${t('incident.taken', { by: taker }).html}`),
      incident.muted ? html(`🔇 ${t('incident.muted').html}`) : null,
      mutedUntil ? t('card.muted_until', { until: t.moment(mutedUntil) }) : null,
    ]),
    buttons: cardButtons(t, incident, card),
  };
}

const CARD_SIGNS: Readonly<Record<Severity, string>> = {
  info: 'ℹ️',
  warning: '⚠️',
  error: '❌',
  critical: '🚨',
  success: '✅',
};

const cardSign = ({ status, severity }: Incident): string =>
  status === 'resolved' ? '✅' : status === 'failed' ? '❌' : CARD_SIGNS[severity];

const DETAILS_LIMIT = 1200;
const clipped = (text: string): string =>
  text.length > DETAILS_LIMIT ? `${text.slice(0, DETAILS_LIMIT)}…` : text;

const RUNG_OUTCOMES: Readonly<Record<RungRecord['outcome'], MessageKey>> = {
  running: 'card.rung_running',
  helped: 'rung_outcome.helped',
  no_help: 'rung_outcome.no_help',
  failed: 'rung_outcome.failed',
  skipped: 'card.rung_skipped',
  would: 'card.rung_would',
};

/** The last steps of its recovery, each with the time that the trouble had lasted. */
function rungLines(t: Translate, { failedAt }: Incident, rungs: readonly RungRecord[]): Html[] {
  return rungs.slice(-TIMELINE).map(({ rung, outcome, startedAt }) => {
    const after = t.duration((startedAt.getTime() - failedAt.getTime()) / 1000);
    return t('card.rung', { after, rung: t(`rung.${rung}`), outcome: t(RUNG_OUTCOMES[outcome]) });
  });
}

function standing(t: Translate, incident: Incident, { mode }: IncidentCard): Html | null {
  const { status, failedAt, resolvedAt } = incident;
  const lasted = resolvedAt && t.duration((resolvedAt.getTime() - failedAt.getTime()) / 1000);
  if (status === 'resolved')
    return lasted ? t('card.over', { duration: lasted }) : t('card.over_bare');
  if (status === 'failed') return t('card.failed');
  if (status === 'recovering') return t('card.recovering');
  return mode ? t(`note.mode_${mode}`) : null;
}

function cardButtons(t: Translate, incident: Incident, card: IncidentCard): Button[][] {
  const { id, status, takenBy } = incident;
  if (status === 'resolved' || !card.mayTake) return [];
  const mute = { text: t.plain('button.mute_hour'), data: `ic.m.${id}` };
  return [
    ...(takenBy === null ? [[takeButton(t, incident, 't')]] : []),
    ...(card.mutedUntil ? [] : [[mute]]),
  ];
}
