import { type Command, Option } from 'commander';
import { OPERATION_STATUSES, OperationKind } from '#domain/operation.ts';
import { type Context, leaf } from '../context.ts';
import type { Column } from '../render.ts';
import { runToEnd } from '../run-operation.ts';
import { paging } from './servers.ts';

const COLUMNS: readonly Column[] = [
  ['id', 'id'],
  ['server', 'server_handle'],
  ['kind', 'kind'],
  ['status', 'status'],
  ['step', 'current_step'],
  ['%', 'percent'],
  ['by', 'requested_by'],
  ['created', 'created_at'],
];

const path = (id: string): string => `/api/operations/${encodeURIComponent(id)}`;

export function operationCommands(program: Command, context: Context): void {
  const operations = program.command('operations').description('work in progress and done');

  paging(leaf(operations, 'list', 'list operations'))
    .option('--server <handle>', 'of this server')
    .addOption(new Option('--status <status...>', 'in these statuses').choices(OPERATION_STATUSES))
    .addOption(new Option('--kind <kind>', 'of this kind').choices(OperationKind.options))
    .action(async ({ server, status, kind, limit, offset }, command: Command) => {
      const query = { server_handle: server, status, kind, limit, offset };
      const list = await context.client(command).call('GET', '/api/operations', { query });
      context.printList(command, list, COLUMNS);
    });

  leaf(operations, 'show <id>', 'show one operation and its steps').action(
    async (id, _, command: Command) => {
      context.printOne(command, await context.client(command).call('GET', path(id)));
    },
  );

  leaf(operations, 'follow <id>', 'show its progress until it has ended').action(
    (id, _, command: Command) => runToEnd(id, command, context),
  );

  leaf(operations, 'cancel <id>', 'stop it before its next step').action(
    async (id, _, command: Command) => {
      const answer = await context.client(command).call('POST', `${path(id)}/cancel`, { body: {} });
      context.print(command, answer, `${id}: asked to stop.`);
    },
  );
}
