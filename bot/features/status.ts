import { Composer } from 'telegraf';
import { OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import { SERVER_STATUSES } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { isLiftable, stopLines } from '../render/fleet.ts';
import { bold, html, join } from '../render/html.ts';
import { operationLine } from '../render/operation.ts';
import { statusText } from '../render/server.ts';

export const status = ({ agent, servers, operations, incidents, inputs, approvals }: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.command('status', async (ctx) => {
    const { t } = ctx;
    const [fleet, counts, open, active, questions, asked] = await Promise.all([
      agent.fleet(),
      servers.countByStatus(),
      incidents.list({ status: OPEN_INCIDENT_STATUSES }, { offset: 0, limit: 1 }),
      operations.list({ status: ['queued', 'running', 'waiting'] }, { offset: 0, limit: 5 }),
      inputs.list({ status: 'open' }),
      approvals.list({ status: 'open' }),
    ]);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const shownCounts = SERVER_STATUSES.filter((s) => counts[s]);
    await ctx.say(
      join([
        bold(t('status.title')),
        ...stopLines(t, fleet),
        isLiftable(fleet) ? t('fleet.how_to_rearm') : null,
        total === 0 ? t('status.no_servers') : t('status.servers', { count: total }),
        ...shownCounts.map((s) => html(`  ${statusText(t, s).html}: ${counts[s]}`)),
        open.total === 0 ? t('status.no_incidents') : t('status.incidents', { count: open.total }),
        active.total > 0 ? t('status.operations', { count: active.total }) : null,
        ...active.items.map((operation) => operationLine(t, operation)),
        asked.length > 0 ? t('status.approvals', { count: asked.length }) : null,
        questions.length > 0 ? t('status.inputs', { count: questions.length }) : null,
      ]),
    );
  });
  return feature;
};
