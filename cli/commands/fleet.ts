import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { plain } from '../render.ts';

export function fleetCommands(program: Command, context: Context): void {
  const fleet = program.command('fleet').description('the switch over everything automatic');
  const stopOf = (state: unknown): string => {
    const stop = fieldOf(state, 'stop');
    return stop === null
      ? 'Automatic action is on.'
      : `${plain(stop)}: ${plain(fieldOf(state, 'reason'))}`;
  };

  leaf(fleet, 'show', 'whether automatic action is on, and what stops it').action(
    async (_, command: Command) => {
      context.printOne(command, await context.client(command).call('GET', '/api/fleet'));
    },
  );

  leaf(fleet, 'freeze', 'switch all automatic action off')
    .requiredOption('--reason <text>', 'why; everybody reads it')
    .action(async ({ reason }, command: Command) => {
      const options = { body: { reason } };
      const state = await context.client(command).call('POST', '/api/fleet/freeze', options);
      context.print(command, state, stopOf(state));
    });

  leaf(fleet, 'rearm', 'let automatic action go on: one server first, then two, then all')
    .option('--yes', 'do not ask')
    .action(async ({ yes }, command: Command) => {
      const client = context.client(command);
      if (context.io.interactive && yes !== true) {
        context.io.err(`  ${stopOf(await client.call('GET', '/api/fleet'))}\n`);
        const word = await context.io.ask('Type yes to re-arm: ');
        if (word.trim().toLowerCase() !== 'yes') {
          const options = { code: 'not_confirmed' };
          throw new CliError(EXIT.misuse, 'Not confirmed: nothing was sent.', options);
        }
      }
      const state = await client.call('POST', '/api/fleet/rearm', { body: {} });
      context.print(command, state, stopOf(state));
    });
}
