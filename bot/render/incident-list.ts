import type { Severity } from '#domain/incident.ts';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { Translate } from '../locales/translate.ts';
import { shortId } from '../short-id.ts';
import { bold, facts, type Html, html, join, shown, shownPlain } from './html.ts';
import { incidentName } from './incident.ts';
import type { Button, Rendered } from './message.ts';
import { inRows, type Pages, pageLine, turnButtons } from './pages.ts';

/** o: open. c: closed within the last days. a: all. */
export type IncidentScope = 'o' | 'c' | 'a';

/** A page of incidents, as a button carries it; `server` is the id of the one they are of, or ''. */
export interface IncidentPlace {
  readonly page: number;
  readonly scope: IncidentScope;
  readonly server: string;
}

export const incidentListData = ({ page, scope, server }: IncidentPlace): string =>
  `ic.p.${page}.${scope}${server === '' ? '' : `.${shortId(server)}`}`;

/** `turn`: the page of the timeline. */
export const incidentData = (id: string, turn: number, place: IncidentPlace): string =>
  `ic.v.${shortId(id)}.${turn}.${place.page}.${place.scope}${place.server === '' ? '' : `.${shortId(place.server)}`}`;

const SEVERITY_SIGNS: Readonly<Record<Severity, string>> = {
  info: 'ℹ️',
  warning: '⚠️',
  error: '❌',
  critical: '🚨',
  success: '✅',
};

const isOpen = ({ status }: Incident): boolean =>
  OPEN_INCIDENT_STATUSES.some((open) => open === status);

export function incidentSign(incident: Incident): string {
  const { muted, status, severity } = incident;
  if (status === 'resolved') return '✅';
  if (status === 'failed') return '❌';
  return muted ? '🔇' : status === 'recovering' ? '⏳' : SEVERITY_SIGNS[severity];
}

function line(t: Translate, incident: Incident, takenBy: string, now: Date): Html {
  const server = bold(shown(incident.serverHandle, 64));
  const what = incidentName(t, incident);
  const end = incident.resolvedAt ?? now;
  const age = t.duration((end.getTime() - incident.failedAt.getTime()) / 1000);
  const about = isOpen(incident)
    ? t('incident.line', { server, what, age })
    : t('incident.closed_line', { server, what, age, at: t.moment(end) });
  const more = [
    incident.status === 'recovering' ? t('incident.recovering') : null,
    incident.status === 'failed' ? t('incident.given_up') : null,
    takenBy === '' ? null : t('incident.taken', { by: takenBy }),
  ];
  const beside = facts(more);
  return join([
    html(`${incidentSign(incident)} ${about.html}`),
    beside && html(`      ${beside.html}`),
  ]);
}

/** `takers` are names, one per item. */
export function renderIncidentList(
  t: Translate,
  items: readonly Incident[],
  pages: Pages,
  place: IncidentPlace,
  { takers, server, now }: { takers: readonly string[]; server: string; now: Date },
): Rendered {
  const other: IncidentPlace = { ...place, page: 0, scope: place.scope === 'o' ? 'c' : 'o' };
  const button = (incident: Incident): Button => ({
    text: `${incidentSign(incident)} ${shownPlain(incident.serverHandle, 36)}`,
    data: incidentData(incident.id, 0, place),
  });
  return {
    text: join([
      server === '' ? null : bold(shown(server)),
      items.length === 0
        ? t(place.scope === 'c' ? 'incidents.none_closed' : 'incidents.none')
        : bold(t(TITLES[place.scope], { count: pages.total })),
      ...items.map((incident, i) => line(t, incident, takers[i] ?? '', now)),
      pageLine(t, pages),
    ]),
    buttons: [
      ...inRows(items.map(button)),
      ...turnButtons(t, pages, (page) => incidentListData({ ...place, page })),
      [
        { text: t.plain('button.refresh'), data: incidentListData(place) },
        { text: t.plain(OTHERS[other.scope]), data: incidentListData(other) },
      ],
    ],
  };
}

const TITLES = {
  o: 'incidents.title',
  c: 'incidents.title_closed',
  a: 'incidents.title_all',
} as const;
const OTHERS = { o: 'button.open', c: 'button.closed', a: 'button.open' } as const;
