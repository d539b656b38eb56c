import { type Command, Option } from 'commander';
import { Scope } from '#domain/user.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { telegramId } from './users.ts';

export function tokenCommands(program: Command, context: Context): void {
  const tokens = program.command('tokens').description('API tokens');

  leaf(tokens, 'list', 'list tokens').action(async (_, command: Command) => {
    const list = await context.client(command).call('GET', '/api/tokens');
    context.printList(command, list, [
      ['id', 'id'],
      ['name', 'name'],
      ['scope', 'scope'],
      ['of', 'owner_id'],
      ['created', 'created_at'],
      ['last used', 'last_used_at'],
      ['revoked', 'revoked_at'],
    ]);
  });

  leaf(tokens, 'create <name>', 'create a token; it is shown once')
    .addOption(
      new Option('--scope <scope>', 'what it may do').choices(Scope.options).default('read'),
    )
    .option(
      '--for <telegram-id>',
      'whom it stands for: covers no more than their role, and ends with it',
      telegramId,
    )
    .action(async (name, { scope, for: owner }, command: Command) => {
      const body = { name, scope, owner_id: owner };
      const made = await context.client(command).call('POST', '/api/tokens', { body });
      const plain = fieldOf(made, 'token');
      if (typeof plain !== 'string') {
        // Its answer was lost on the way, and a token is told once.
        throw new CliError(
          EXIT.failed,
          `Token ${name} was made, but its text was lost on the way.`,
          {
            hint: `Revoke it and create another: zavhoz tokens revoke ${fieldOf(made, 'id')}`,
          },
        );
      }
      context.note(command, `Token ${name} (${scope}). It is shown this once:`);
      context.print(command, made, plain);
    });

  leaf(tokens, 'revoke <id>', 'make a token worthless').action(async (id, _, command: Command) => {
    const path = `/api/tokens/${encodeURIComponent(id)}`;
    const answer = await context.client(command).call('DELETE', path);
    context.print(command, answer ?? { id, revoked: true }, `${id}: revoked.`);
  });
}
