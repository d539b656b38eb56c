import { Digest } from '#domain/digest.ts';
import { OPERATION_STATUSES } from '#domain/operation.ts';
import { SERVER_STATUSES } from '#domain/server.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, html, shown } from './html.ts';
import { incidentName } from './incident.ts';
import { statusText } from './server.ts';

/** The day as it was, from what the outbox kept of it; null when that is no digest. */
export function digestLines(t: Translate, stored: string): readonly (Html | null)[] {
  const digest = parsed(stored);
  if (!digest) return [t('digest.unreadable')];
  const { incidents, moreIncidents, uptime, operations, approvals, inputs, chain } = digest;
  const total = Object.values(digest.servers).reduce((sum, count) => sum + count, 0);
  return [
    bold(t('digest.title', { until: t.moment(new Date(digest.until)) })),
    total === 0 ? t('status.no_servers') : t('status.servers', { count: total }),
    ...SERVER_STATUSES.filter((status) => digest.servers[status]).map((status) =>
      html(`  ${statusText(t, status).html}: ${digest.servers[status]}`),
    ),
    uptime === null ? null : t('digest.uptime', { percent: uptime.toFixed(2) }),
    incidents.length === 0
      ? t('digest.no_incidents')
      : t('digest.incidents', { count: incidents.length + moreIncidents }),
    ...incidents.map((incident) => incidentLine(t, incident)),
    moreIncidents > 0 ? t('incidents.more', { count: moreIncidents }) : null,
    operationsLine(t, operations),
    approvals > 0 ? t('status.approvals', { count: approvals }) : null,
    inputs > 0 ? t('status.inputs', { count: inputs }) : null,
    chain && t('digest.chain', { seq: chain.seq, hash: code(chain.hash) }),
  ];
}

function parsed(stored: string): Digest | null {
  try {
    return Digest.safeParse(JSON.parse(stored)).data ?? null;
  } catch {
    return null;
  }
}

function incidentLine(t: Translate, incident: Digest['incidents'][number]): Html {
  const { server, status, seconds } = incident;
  const sign = status === 'resolved' ? '✅' : status === 'failed' ? '❌' : '🚨';
  const duration = t.duration(seconds);
  const what = incidentName(t, incident);
  return html(
    `${sign} ${t('digest.incident', { server: bold(shown(server)), what, duration }).html}`,
  );
}

function operationsLine(t: Translate, operations: Digest['operations']): Html | null {
  const counts = OPERATION_STATUSES.filter((status) => operations[status]).map(
    (status) => `${t(`operation_status.${status}`).html} ${operations[status]}`,
  );
  return counts.length === 0 ? null : t('digest.operations', { counts: html(counts.join(', ')) });
}
