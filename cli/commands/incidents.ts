import { type Command, Option } from 'commander';
import { IncidentStatus, IncidentType } from '#domain/incident.ts';
import { type Context, fieldOf, itemsOf, leaf } from '../context.ts';
import { type Column, details } from '../render.ts';
import { paging } from './servers.ts';

const COLUMNS: readonly Column[] = [
  ['id', 'id'],
  ['server', 'server_handle'],
  ['type', 'incident_type'],
  ['severity', 'severity'],
  ['status', 'status'],
  ['detected', 'detected_at'],
  ['taken by', 'taken_by'],
];

const path = (id: string): string => `/api/incidents/${encodeURIComponent(id)}`;

export function incidentCommands(program: Command, context: Context): void {
  const incidents = program.command('incidents').description('open and past problems');

  paging(leaf(incidents, 'list', 'list incidents'))
    .option('--active', 'open ones alone')
    .option('--server <handle>', 'of this server')
    .addOption(new Option('--status <status...>', 'in these').choices(IncidentStatus.options))
    .addOption(new Option('--type <type>', 'of this type').choices(IncidentType.options))
    .action(async ({ active, server, status, type, limit, offset }, command: Command) => {
      const open = active === true ? ['detected', 'recovering'] : undefined;
      const query = { server_handle: server, status: status ?? open, incident_type: type };
      const options = { query: { ...query, limit, offset } };
      const list = await context.client(command).call('GET', '/api/incidents', options);
      context.printList(command, list, COLUMNS);
    });

  leaf(incidents, 'show <id>', 'show one incident and its timeline').action(
    async (id, _, command: Command) => {
      const client = context.client(command);
      const incident = await client.call('GET', path(id));
      const events = itemsOf(await client.call('GET', `${path(id)}/events`));
      const lines = events.map((event) => ({
        at: fieldOf(event, 'at'),
        who: fieldOf(event, 'actor'),
        what: fieldOf(event, 'text'),
      }));
      const shown = { ...(incident as object), timeline: lines };
      const full = { ...(incident as object), timeline: events };
      context.print(command, full, details(shown));
    },
  );

  leaf(incidents, 'take <id> <name>', 'say who looks after it').action(
    async (id, name, _, command: Command) => {
      const body = { taken_by: name };
      const answer = await context.client(command).call('PATCH', path(id), { body });
      context.print(command, answer, `${id}: taken by ${name}.`);
    },
  );

  leaf(incidents, 'close <id>', 'close it by hand, also one that recovery gave up')
    .requiredOption('--reason <text>', 'why')
    .addOption(
      new Option('--as <status>', 'how it ended')
        .choices(['resolved', 'failed'])
        .default('resolved'),
    )
    .action(async (id, { reason, as }, command: Command) => {
      const body = { status: as, reason };
      const answer = await context.client(command).call('PATCH', path(id), { body });
      context.print(command, answer, `${id}: ${as}.`);
    });
}
