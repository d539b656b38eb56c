import { type Command, Option } from 'commander';
import { HEALTH_PARTS } from '#domain/health/report.ts';
import { floorPercent } from '#domain/health/uptime.ts';
import { type Context, fieldOf, itemsOf, leaf } from '../context.ts';
import { moment, since } from '../duration.ts';
import { plain, table } from '../render.ts';
import { serverPath } from './server-path.ts';

export function healthCommand(program: Command, context: Context): void {
  leaf(program, 'health <handle>', 'what the last check of a server saw')
    .option('--history', 'its checks over time instead')
    .addOption(
      new Option('--by <unit>', 'with --history: a line each').choices(['check', 'hour', 'day']),
    )
    .option('--since <time>', 'with --history: from then on (24h, 7d, or a time)', since)
    .option('--until <time>', 'with --history: until then', moment)
    .action(async (handle, { history, by, since: from, until }, command: Command) => {
      const client = context.client(command);
      const path = `${serverPath(handle)}/health`;
      if (history !== true && by === undefined) {
        const health = await client.call('GET', path);
        return context.print(command, health, report(health));
      }
      const query = { by, from, until };
      const found = await client.call('GET', `${path}/history`, { query });
      const rows = itemsOf(found);
      return context.print(command, found, rows.length > 0 ? table(rows, COLUMNS) : 'none');
    });
}

const COLUMNS = [
  ['from', 'from'],
  ['good', 'good'],
  ['bad', 'bad'],
  ['unknown', 'unknown'],
  ['avg ms', 'latency_ms.avg'],
  ['max ms', 'latency_ms.max'],
] as const;

function report(health: unknown): string {
  const parts = fieldOf(health, 'report');
  const rows = HEALTH_PARTS.map((name) => ({ name, ...(fieldOf(parts, name) as object) }));
  const uptime = (span: string) => {
    const value = fieldOf(fieldOf(health, 'uptime_percent'), span);
    return `${span} ${typeof value === 'number' ? `${floorPercent(value)} %` : '-'}`;
  };
  return [
    `${plain(fieldOf(health, 'server_handle'))}: ${plain(fieldOf(health, 'state'))} since ${plain(fieldOf(health, 'since'))}`,
    `last check ${plain(fieldOf(health, 'last_check_at'))}, ${plain(fieldOf(health, 'latency_ms'))} ms`,
    `uptime ${['24h', '7d', '30d'].map(uptime).join(', ')}`,
    ...(parts === null || parts === undefined
      ? []
      : [
          '',
          table(rows, [
            ['part', 'name'],
            ['state', 'state'],
            ['reason', 'reason'],
          ]),
        ]),
  ].join('\n');
}
