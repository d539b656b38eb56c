import { type Command, Option } from 'commander';
import { MaintenanceScope } from '#domain/maintenance.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { moment, seconds } from '../duration.ts';
import { plain } from '../render.ts';

export function maintenanceCommands(program: Command, context: Context): void {
  const maintenance = program
    .command('maintenance')
    .description('windows without alerts and recoveries');

  leaf(maintenance, 'list', 'list windows that hold now')
    .option('--all', 'past and coming ones too')
    .addOption(new Option('--scope <scope>', 'of this scope').choices(MaintenanceScope.options))
    .option('--target <name>', 'of this server, group or label')
    .action(async ({ all, scope, target }, command: Command) => {
      const query = { active: all ? undefined : 'true', scope, target };
      const list = await context.client(command).call('GET', '/api/maintenance', { query });
      context.printList(command, list, [
        ['id', 'id'],
        ['scope', 'scope'],
        ['target', 'target'],
        ['from', 'from'],
        ['until', 'until'],
        ['ended', 'ended_at'],
        ['by', 'created_by'],
        ['reason', 'reason'],
      ]);
    });

  leaf(maintenance, 'add', 'open one, for --for a while or until --until')
    .option('--server <handle>', 'for this server')
    .option('--group <name>', 'for the servers of this group')
    .option('--label <name=value>', 'for the servers with this label')
    .option('--for <duration>', 'how long: 30m, 2h, 1d', seconds)
    .option('--until <time>', 'its end, like 2026-01-31T12:00Z', moment)
    .option('--from <time>', 'its beginning (now)', moment)
    .requiredOption('--reason <text>', 'why')
    .action(async (options, command: Command) => {
      const { from, until, reason } = options;
      const given = MaintenanceScope.options.filter((scope) => options[scope] !== undefined);
      const [scope] = given;
      if (!scope || given.length > 1) {
        throw new CliError(EXIT.misuse, 'Name one: --server, --group or --label.');
      }
      if ((options.for === undefined) === (until === undefined)) {
        throw new CliError(EXIT.misuse, 'Say when it ends: either --for or --until.');
      }
      const body = {
        ...{ scope, target: options[scope], from, until, reason },
        duration_seconds: options.for,
      };
      const made = await context.client(command).call('POST', '/api/maintenance', { body });
      const id = plain(fieldOf(made, 'id'));
      const text = `${options[scope]}: maintenance until ${plain(fieldOf(made, 'until'))}.\nEnd it: zavhoz maintenance end ${id}`;
      context.print(command, made, text);
    });

  leaf(maintenance, 'end <id>', 'end one early').action(async (id, _, command: Command) => {
    const path = `/api/maintenance/${encodeURIComponent(id)}`;
    const ended = await context.client(command).call('DELETE', path);
    context.print(command, ended, `${id}: ended.`);
  });
}
