import { type Incident, IncidentType } from '#domain/incident.ts';
import type { Notification } from '#domain/notification.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { approvalButtons, renderQuestion } from './approval.ts';
import { rearmButton } from './fleet.ts';
import { type Html, italic, shown, shownLines } from './html.ts';
import { incidentName, rungList, takeButton } from './incident.ts';
import type { Button } from './message.ts';
import { by, has, type Lines, moment, number, type Params, took } from './note-values.ts';
import { reasonOf } from './reason.ts';

export type WatchKind = Extract<
  Notification['kind'],
  | `incident_${string}`
  | `fleet_${string}`
  | `provider_${string}`
  | `mass_${string}`
  | 'blind_interval'
>;

const typeOf = (value: Params[string] | undefined): Incident['type'] | null =>
  IncidentType.safeParse(value).data ?? null;

function what(t: Translate, { type }: Params): Html {
  const known = typeOf(type);
  return known ? incidentName(t, { type: known }) : shown(type ?? '–');
}

const MODES: Readonly<Record<string, MessageKey>> = {
  observe: 'note.mode_observe',
  ask: 'note.mode_ask',
  auto: 'note.mode_auto',
};

const optional = (
  t: Translate,
  key: MessageKey,
  name: string,
  value: Params[string] | undefined,
): Html | null => (has(value) ? t(key, { [name]: value }) : null);

const rungs = (t: Translate, key: MessageKey, value: Params[string] | undefined): Html | null =>
  has(value) ? t(key, { rungs: rungList(t, String(value)) }) : null;

/** Texts of what watching and recovering tell; the values are named in domain/notification.ts. */
export const WATCH_LINES: Readonly<Record<WatchKind, Lines>> = {
  incident_opened: (t, server, p) => {
    const mode = MODES[String(p.mode)];
    return [
      t('note.incident_about', { server, what: what(t, p) }),
      has(p.reason) ? italic(shownLines(t.detail(String(p.reason)))) : null,
      has(p.since) ? t('incident.since', { since: moment(t, p.since) }) : null,
      optional(t, 'incident.services', 'services', p.services),
      mode ? t(mode) : null,
    ];
  },
  incident_resolved: (t, server, p) => [
    typeOf(p.type) === 'mass_failure'
      ? t('note.incident_over', { server, what: what(t, p) })
      : t('note.incident_resolved', { server, what: what(t, p) }),
    rungs(t, 'note.rungs', p.rungs),
    optional(t, 'note.redeployed', 'services', p.redeployed),
    took(t, p.seconds),
  ],
  incident_failed: (t, server, p) => [
    t('note.incident_failed', { server, what: what(t, p) }),
    rungs(t, 'note.tried', p.tried),
    rungs(t, 'note.skipped', p.skipped),
    has(p.reason) ? italic(shownLines(t.detail(String(p.reason)))) : null,
    has(p.hint) ? shownLines(t.detail(String(p.hint))) : null,
    optional(t, 'note.runbook', 'runbook', p.runbook),
  ],
  incident_escalated: (t, server, p) => [
    t(has(p.who) ? 'note.escalated_to' : 'note.escalated', {
      ...{ server, what: what(t, p), who: p.who ?? '' },
      minutes: t.duration((number(p.minutes) ?? 0) * 60),
    }),
    p.to === 'webhook' ? t('note.escalated_webhook') : null,
  ],
  mass_failure: (t, _server, p) => [
    number(p.count) === null || number(p.total) === null
      ? t('note.mass_failure_bare')
      : t('note.mass_failure', { count: p.count ?? '', total: p.total ?? '' }),
    optional(t, 'note.mass_where', 'where', p.where && t.detail(String(p.where))),
    optional(t, 'note.mass_examples', 'examples', p.examples),
    t('note.mass_stopped'),
  ],
  blind_interval: (t, _server, p) => {
    const seconds = number(p.seconds);
    return [
      t('note.blind_interval', {
        from: moment(t, p.from),
        until: moment(t, p.until),
        duration: seconds === null ? '–' : t.duration(seconds),
      }),
    ];
  },
  fleet_frozen: (t, _server, p) => [
    t('note.fleet_frozen'),
    has(p.reason) ? shownLines(reasonOf(t, String(p.reason), String(p.by ?? ''))) : null,
    by(t, p),
    t('fleet.how_to_rearm'),
  ],
  fleet_rearmed: (t, _server, p) => {
    const count = number(p.count) ?? 0;
    return [
      t('note.fleet_rearmed'),
      count > 0 ? t('note.still_open', { count }) : null,
      optional(t, 'note.mass_examples', 'examples', p.open),
      by(t, p),
    ];
  },
  provider_unavailable: (t, server, p) => [
    t('note.provider_unavailable', { provider: has(p.provider) ? p.provider : server }),
    has(p.reason) ? italic(shown(t.detail(String(p.reason)))) : null,
    t('note.provider_meanwhile'),
  ],
  provider_back: (t, server, p) => [
    t('note.provider_back', { provider: has(p.provider) ? p.provider : server }),
  ],
};

/** The approval's card, as the row itself would be shown. */
export const approvalLines = (t: Translate, server: string, p: Params, sign: string): Html =>
  renderQuestion(
    t,
    {
      id: String(p.approval ?? ''),
      server,
      effect: String(p.effect ?? ''),
      why: String(p.why ?? ''),
      lost: String(p.lost ?? ''),
      undo: String(p.undo ?? ''),
      until: has(p.until) ? moment(t, p.until) : '',
      round: number(p.round) ?? 1,
    },
    sign,
  ).text;

const UUID = /^[0-9a-f-]{36}$/;

/** Buttons under a notification; without an id to act on there are none. */
export function watchButtons(
  t: Translate,
  { kind, params, serverHandle }: Notification,
): readonly (readonly Button[])[] | null {
  const { incident, approval, server } = params;
  switch (kind) {
    case 'mass_failure':
    case 'fleet_frozen':
      return [[rearmButton(t)]];
    case 'incident_opened':
    case 'incident_escalated':
    case 'incident_failed':
      return UUID.test(String(incident))
        ? [
            [
              takeButton(
                t,
                { id: String(incident), serverHandle: serverHandle ?? String(server ?? '') },
                't',
              ),
            ],
          ]
        : null;
    case 'approval_needed':
      return UUID.test(String(approval)) ? approvalButtons(t, String(approval)) : null;
    default:
      return null;
  }
}
