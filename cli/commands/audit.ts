import type { Command } from 'commander';
import { type Context, leaf } from '../context.ts';
import { moment, since } from '../duration.ts';
import { paging } from './servers.ts';

export function auditCommand(program: Command, context: Context): void {
  paging(leaf(program, 'audit [about]', 'who did what; of a server, or of a person (tg:<id>)'))
    .option('--actor <actor>', 'done by it alone (tg:<id>, api:<token>, agent)')
    .option(
      '--action <action>',
      'this action, or all that begin with it (server, operation.cancelled)',
    )
    .option('--operation <id>', 'of this operation')
    .option('--since <time>', 'from then on (24h, 7d, or a time)', since)
    .option('--until <time>', 'until then', moment)
    .action(async (about, options, command: Command) => {
      const { actor, action, operation, since: from, until, limit, offset } = options;
      const query = { about, actor, action, operation_id: operation, from, until, limit, offset };
      const list = await context.client(command).call('GET', '/api/audit', { query });
      context.printList(command, list, [
        ['at', 'at'],
        ['who', 'actor'],
        ['did', 'action'],
        ['to', 'target'],
        ['with', 'data'],
      ]);
    });
}
