import type { FleetState } from '#domain/fleet.ts';
import type { Severity } from '#domain/incident.ts';
import type { Operation } from '#domain/operation.ts';
import type { Readiness } from '#domain/readiness.ts';
import type { ProviderAccount } from '#domain/repositories.ts';
import type { ServerStatus } from '#domain/server.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { isLiftable, rearmButton, stopLines } from './fleet.ts';
import { bold, type Html, html, italic, join, sections, shown } from './html.ts';
import type { Rendered } from './message.ts';
import { operationLine } from './operation.ts';
import { statusCounts } from './server.ts';

/** Ages, in seconds, from which something is told as stale. */
const STALE = { polling: 90, workers: 90, sync: 3600 } as const;
const WORST: readonly Severity[] = ['critical', 'error', 'warning', 'info'];

export interface StatusFacts {
  readonly fleet: FleetState;
  readonly counts: Readonly<Partial<Record<ServerStatus, number>>>;
  readonly incidents: Readonly<Partial<Record<Severity, number>>>;
  readonly operations: { readonly items: readonly Operation[]; readonly total: number };
  readonly approvals: number;
  readonly inputs: number;
  readonly readiness: Readiness;
  readonly pollingAgeMs: number | null;
  readonly accounts: readonly ProviderAccount[];
  readonly version: string;
  readonly now: Date;
}

const sum = (counts: Readonly<Record<string, number | undefined>>): number =>
  Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);

/** The fleet at a glance: what stops or needs somebody first, the agent's own health last. */
export function renderStatus(t: Translate, facts: StatusFacts, mayRearm: boolean): Rendered {
  const { fleet, counts, operations, approvals, inputs } = facts;
  const total = sum(counts);
  const stopped = isLiftable(fleet);
  return {
    text: sections([
      [
        bold(t('status.title')),
        ...stopLines(t, fleet),
        stopped ? t('fleet.how_to_rearm') : null,
        ...incidentLines(t, facts.incidents),
        approvals > 0 ? t('status.approvals', { count: approvals }) : null,
        inputs > 0 ? t('status.inputs', { count: inputs }) : null,
      ],
      [
        total === 0 ? t('status.no_servers') : t('status.servers', { count: total }),
        ...statusCounts(t, counts),
      ],
      operations.total === 0
        ? []
        : [
            t('status.operations', { count: operations.total }),
            ...operations.items.map((operation) => operationLine(t, operation)),
          ],
      agentLines(t, facts),
      [italic(t('as_of', { at: t.moment(facts.now) }))],
    ]),
    buttons: [
      ...(stopped && mayRearm ? [[rearmButton(t)]] : []),
      [
        { text: t.plain('button.refresh'), data: 'st' },
        { text: t.plain('button.servers'), data: 'sv.p.0.' },
      ],
      [
        { text: t.plain('button.incidents'), data: 'ic.p.0.o' },
        { text: t.plain('button.operations'), data: 'op.p.0' },
      ],
    ],
  };
}

function incidentLines(t: Translate, counts: StatusFacts['incidents']): readonly (Html | null)[] {
  const total = sum(counts);
  if (total === 0) return [t('status.no_incidents')];
  const parts = WORST.filter((severity) => counts[severity]).map((severity) =>
    t(`severity.${severity}`, { count: counts[severity] ?? 0 }),
  );
  return [t('status.incidents', { count: total }), html(`  ${join(parts, ', ').html}`)];
}

/** Sign and words of something that has to happen again and again. */
function aged(
  t: Translate,
  ageSeconds: number | null,
  limit: number,
  key: MessageKey,
  never: MessageKey,
  values = {},
): Html {
  if (ageSeconds === null) return html(`❔ ${t(never, values).html}`);
  const sign = ageSeconds > limit ? '⚠️' : '✅';
  return html(`${sign} ${t(key, { ...values, age: t.duration(ageSeconds) }).html}`);
}

function agentLines(t: Translate, facts: StatusFacts): readonly (Html | null)[] {
  const { readiness, fleet, pollingAgeMs, accounts, version, now } = facts;
  const since = (at: Date | null) => at && Math.max(0, (now.getTime() - at.getTime()) / 1000);
  const check = (name: 'database' | 'queue') => {
    const ok = readiness.checks[name]?.ok === true;
    return html(`${ok ? '✅' : '❌'} ${t(ok ? `agent.${name}` : `agent.no_${name}`).html}`);
  };
  return [
    bold(t('agent.title', { version })),
    join([check('database'), check('queue')], '  '),
    aged(t, since(fleet.heartbeatAt), STALE.workers, 'agent.workers', 'agent.no_workers'),
    aged(
      t,
      pollingAgeMs === null ? null : pollingAgeMs / 1000,
      STALE.polling,
      'agent.telegram',
      'agent.no_telegram',
    ),
    ...accounts
      .filter(({ provider }) => provider !== 'manual')
      .map(({ name, lastSyncAt }) =>
        aged(t, since(lastSyncAt), STALE.sync, 'agent.sync', 'agent.no_sync', {
          account: shown(name, 64),
        }),
      ),
  ];
}
