import { serviceState } from '#domain/health/service-state.ts';
import type { PlacedService, TargetHealth } from '#domain/health/target.ts';
import { floorPercent, type Uptime } from '#domain/health/uptime.ts';
import type { Incident } from '#domain/incident.ts';
import type { MaintenanceWindow } from '#domain/maintenance.ts';
import type { Operation } from '#domain/operation.ts';
import type { HealthBucket } from '#domain/repositories.ts';
import { addressOf, type Server } from '#domain/server.ts';
import type { Role } from '#domain/user.ts';
import type { Translate } from '../locales/translate.ts';
import { shortId } from '../short-id.ts';
import { uptimeBar } from './bar.ts';
import { complaints, figures, HEALTH_SIGNS, numberText } from './health-part.ts';
import {
  bold,
  code,
  facts,
  type Html,
  html,
  italic,
  join,
  sections,
  shown,
  shownLines,
} from './html.ts';
import { incidentName } from './incident.ts';
import { incidentSign } from './incident-list.ts';
import type { Button, Rendered } from './message.ts';
import { operationLine } from './operation.ts';
import { inRows } from './pages.ts';
import { reasonOf } from './reason.ts';
import { cardData, type ListPlace, listData, statusText } from './server.ts';
import { verbButton, verbsFor } from './verbs.ts';

const NAMED = 3;
const SERVICES = 12;
const NOTES = 400;
const LABELS = 12;

/** Everything that a server's card shows. */
export interface CardFacts {
  readonly server: Server;
  /** Name of its provider account; null where that has gone. */
  readonly account: string | null;
  readonly health: TargetHealth | null;
  readonly uptime: Uptime;
  /** By hour, the last 24. */
  readonly hours: readonly HealthBucket[];
  readonly services: { readonly items: readonly PlacedService[]; readonly total: number };
  readonly incidents: { readonly items: readonly Incident[]; readonly total: number };
  readonly operation: Operation | null;
  /** Windows that hold now. */
  readonly windows: readonly MaintenanceWindow[];
  readonly now: Date;
}

/** A server for people who glance at a phone: what is wrong first, then what it is. */
export function renderServerCard(
  t: Translate,
  shownFacts: CardFacts,
  role: Role | null,
  place: ListPlace | null,
): Rendered {
  const { server, now } = shownFacts;
  return {
    text: sections([
      [...standing(t, server), ...trouble(t, shownFacts)],
      [...condition(t, shownFacts), servicesLine(t, shownFacts)],
      identity(t, shownFacts),
      [italic(t('as_of', { at: t.moment(now) }))],
    ]),
    buttons: buttons(t, server, role, place),
  };
}

function standing(t: Translate, server: Server): readonly (Html | null)[] {
  const { handle, status, statusBefore, care, handsOff, mode } = server;
  const before = statusBefore && (status === 'maintenance' || status === 'unreachable');
  return [
    html(`${bold(shown(handle)).html} · ${statusText(t, status).html}`),
    before ? t('card.before', { status: t(`server_status.${statusBefore}`) }) : null,
    facts([t(`care.${care}`), mode && t(`mode.${mode}`)]),
    handsOff ? t('card.hands_off') : null,
  ];
}

const trouble = (
  t: Translate,
  { incidents, operation, windows, now }: CardFacts,
): readonly (Html | null)[] => [
  ...incidents.items.slice(0, NAMED).map((incident) =>
    t('card.incident', {
      sign: incidentSign(incident),
      what: incidentName(t, incident),
      age: t.duration((now.getTime() - incident.failedAt.getTime()) / 1000),
    }),
  ),
  incidents.total > NAMED ? t('incidents.more', { count: incidents.total - NAMED }) : null,
  operation && operationLine(t, operation),
  ...windows.slice(0, NAMED).map(({ until, reason, createdBy }) =>
    t('card.window', {
      until: t.moment(until),
      reason: shown(reasonOf(t, reason, createdBy), 100),
    }),
  ),
];

function condition(
  t: Translate,
  { server, health, uptime, hours, now }: CardFacts,
): readonly (Html | null)[] {
  if (!health?.lastCheckAt) {
    return [t(server.care === 'none' ? 'card.not_watched' : 'card.no_check')];
  }
  const ago = (at: Date) => t.duration((now.getTime() - at.getTime()) / 1000);
  const { report, latencyMs, state, flapping } = health;
  const percent = (value: number | null) =>
    value === null ? '–' : numberText(t, floorPercent(value), 2);
  const { disk = null, memory = null, load = null } = report ? figures(t, report) : {};
  return [
    facts([
      html(`${HEALTH_SIGNS[state]} ${t(`health.${state}`, { for: ago(health.since) }).html}`),
      flapping ? t('incident_type.flapping') : null,
    ]),
    facts([
      t('card.checked', { ago: ago(health.lastCheckAt) }),
      latencyMs === null ? null : t('card.ms', { ms: Math.round(latencyMs) }),
    ]),
    ...(report ? complaints(t, report) : []),
    facts([disk, memory]),
    load,
    hours.length > 0 ? t('card.bar', { bar: code(uptimeBar(hours, now)) }) : null,
    t('card.uptime', {
      day: percent(uptime.day),
      week: percent(uptime.week),
      month: percent(uptime.month),
    }),
  ];
}

function servicesLine(t: Translate, { services: { items, total } }: CardFacts): Html | null {
  if (items.length === 0) return null;
  const listed = items
    .slice(0, SERVICES)
    .map((one) => html(`${HEALTH_SIGNS[serviceState(one)]} ${shown(one.service.name, 40).html}`));
  const rest = total - listed.length;
  return t('card.services', {
    services: join([...listed, rest > 0 ? t('card.more', { count: rest }) : null], ', '),
  });
}

function identity(t: Translate, { server, account }: CardFacts): readonly (Html | null)[] {
  const { connection, hostname, handle, os, provider, providerRef, group, region } = server;
  const address = addressOf(connection);
  const labels = Object.entries(server.labels).slice(0, LABELS);
  // An account is mostly named after its provider: both would say it twice.
  const source = account?.startsWith(provider)
    ? account
    : [provider, account].filter(Boolean).join(' · ');
  return [
    facts([
      address ? code(address) : t('card.no_address'),
      connection.port === 22 ? null : t('card.port', { port: connection.port }),
      connection.jumpHost && t('card.jump', { server: shown(connection.jumpHost) }),
    ]),
    facts([os && shown(os, 60), hostname && hostname !== handle ? shown(hostname, 80) : null]),
    t('card.source', { source: shown(source, 80), ref: shown(providerRef, 40) }),
    facts([t('card.group', { group }), region && shown(region, 40)]),
    labels.length > 0
      ? t('card.labels', {
          labels: join(
            labels.map(([key, value]) => shown(`${key}=${value}`, 60)),
            ', ',
          ),
        })
      : null,
    server.notes === '' ? null : italic(shownLines(server.notes.slice(0, NOTES))),
  ];
}

function buttons(
  t: Translate,
  server: Server,
  role: Role | null,
  place: ListPlace | null,
): readonly (readonly Button[])[] {
  const { id } = server;
  return [
    ...inRows(verbsFor(server, role).map((verb) => verbButton(t, verb, server))),
    [
      { text: t.plain('button.refresh'), data: cardData(id, place) },
      { text: t.plain('button.incidents'), data: `ic.p.0.o.${shortId(id)}` },
    ],
    [
      { text: t.plain('button.operations'), data: `op.p.0.${shortId(id)}` },
      ...(place ? [{ text: t.plain('button.to_list'), data: listData(place) }] : []),
    ],
  ];
}
