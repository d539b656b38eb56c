import { type Incident, type IncidentEvent, incidentTimes, runbookUrl } from '#domain/incident.ts';
import type { Translate } from '../locales/translate.ts';
import { shortId } from '../short-id.ts';
import { bold, facts, type Html, sections } from './html.ts';
import { renderIncident } from './incident.ts';
import { type IncidentPlace, incidentData, incidentListData } from './incident-list.ts';
import type { Button, Rendered } from './message.ts';
import { type Pages, pageLine } from './pages.ts';
import { EVENTS, timelineLines } from './timeline.ts';

export interface IncidentStory {
  readonly incident: Incident;
  /** Of the page that is shown. */
  readonly events: readonly IncidentEvent[];
  readonly pages: Pages;
  /** People by their actor's name; '' for the agent. */
  readonly name: (actor: string | null) => string;
  /** Id of its server; null where it is about something else. */
  readonly serverId: string | null;
  readonly publicUrl: string;
  readonly now: Date;
}

/** An incident's card with what happened, how long it took, and where to read on. */
export function renderIncidentView(
  t: Translate,
  story: IncidentStory,
  place: IncidentPlace,
  mayTake: boolean,
): Rendered {
  const { incident, events, pages, name, publicUrl, now } = story;
  const card = renderIncident(t, incident, { taker: name(incident.takenBy), mayTake, now });
  return {
    text: sections([
      [card.text],
      [
        times(t, incident),
        ending(t, incident, name),
        t('note.runbook', { runbook: runbookUrl(publicUrl, incident.type) }),
      ],
      events.length === 0
        ? []
        : [
            bold(t('incident.timeline')),
            ...timelineLines(t, events, incident.failedAt, name),
            pageLine(t, pages),
          ],
    ]),
    buttons: [
      // Taken here, it is this view that is drawn again.
      ...(card.buttons ?? []).map((row) =>
        row.map((button) =>
          button.data === `ic.t.${incident.id}`
            ? { ...button, data: takeData(incident.id, pages.page, place) }
            : button,
        ),
      ),
      ...turns(t, story, place),
      ...ways(t, story, place),
    ],
  };
}

export const takeData = (id: string, turn: number, place: IncidentPlace): string =>
  incidentData(id, turn, place).replace(/^ic\.v/, 'ic.k');

function times(t: Translate, incident: Incident): Html | null {
  const { detect, acknowledge, recover } = incidentTimes(incident);
  return facts([
    t('incident.detected_after', { time: t.duration(detect) }),
    acknowledge === null ? null : t('incident.taken_after', { time: t.duration(acknowledge) }),
    recover === null ? null : t('incident.over_after', { time: t.duration(recover) }),
  ]);
}

function ending(
  t: Translate,
  { closeReason, closedBy, resolvedAt, status }: Incident,
  name: IncidentStory['name'],
): Html | null {
  if (resolvedAt === null) return null;
  const key = status === 'failed' ? 'incident.failed_at' : 'incident.closed_at';
  const by = name(closedBy);
  return facts([
    t(key, { at: t.moment(resolvedAt) }),
    by === '' ? null : t('incident.closed_by', { by }),
    closeReason
      ? t('incident.close_reason', { reason: by === '' ? t.detail(closeReason) : closeReason })
      : null,
  ]);
}

function turns(
  t: Translate,
  { incident, pages }: IncidentStory,
  place: IncidentPlace,
): readonly (readonly Button[])[] {
  const to = (page: number) => incidentData(incident.id, page, place);
  const row = [
    ...(pages.page > 0 ? [{ text: t.plain('button.earlier'), data: to(pages.page - 1) }] : []),
    ...((pages.page + 1) * EVENTS < pages.total
      ? [{ text: t.plain('button.later'), data: to(pages.page + 1) }]
      : []),
  ];
  return row.length > 0 ? [row] : [];
}

function ways(
  t: Translate,
  { incident, pages, serverId }: IncidentStory,
  place: IncidentPlace,
): readonly (readonly Button[])[] {
  const { operationId } = incident;
  return [
    [
      { text: t.plain('button.refresh'), data: incidentData(incident.id, pages.page, place) },
      ...(serverId === null ? [] : [{ text: t.plain('button.server'), data: `sv.${serverId}` }]),
    ],
    [
      ...(operationId === null
        ? []
        : [{ text: t.plain('button.operation'), data: `op.v.${shortId(operationId)}.0` }]),
      { text: t.plain('button.to_list'), data: incidentListData(place) },
    ],
  ];
}
