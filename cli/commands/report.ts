import type { Command } from 'commander';
import { type Context, fieldOf, leaf } from '../context.ts';
import { since } from '../duration.ts';

export function reportCommands(program: Command, context: Context): void {
  const report = program.command('report').description('what was seen over time');

  leaf(report, 'observe', 'what recoveries would have done on servers in mode observe')
    .option('--since <time>', 'from then on: 7d (unless told otherwise), 24h, or a time', since)
    .action(async (options, command: Command) => {
      const query = { since: options.since };
      const found = await context.client(command).call('GET', '/api/reports/observe', { query });
      const counts = Object.entries(fieldOf(found, 'by_rung') ?? {});
      if (counts.length > 0) {
        context.note(command, counts.map(([rung, n]) => `${rung}: ${n}`).join(', '));
      }
      context.printList(command, found, [
        ['at', 'started_at'],
        ['server', 'server_handle'],
        ['rung', 'rung'],
        ['why', 'reason'],
        ['incident', 'incident_id'],
      ]);
    });
}
