import { type Command, InvalidArgumentError, Option } from 'commander';
import { Role, Scope } from '#domain/user.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { paging } from './servers.ts';

const telegramId = (text: string): number => {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new InvalidArgumentError('A Telegram id is a whole number (the bot tells it on /start).');
};

export function tokenCommands(program: Command, context: Context): void {
  const tokens = program.command('tokens').description('API tokens');

  leaf(tokens, 'list', 'list tokens').action(async (_, command: Command) => {
    const list = await context.client(command).call('GET', '/api/tokens');
    context.printList(command, list, [
      ['id', 'id'],
      ['name', 'name'],
      ['scope', 'scope'],
      ['created', 'created_at'],
      ['last used', 'last_used_at'],
      ['revoked', 'revoked_at'],
    ]);
  });

  leaf(tokens, 'create <name>', 'create a token; it is shown once')
    .addOption(
      new Option('--scope <scope>', 'what it may do').choices(Scope.options).default('read'),
    )
    .action(async (name, { scope }, command: Command) => {
      const body = { name, scope };
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

export function userCommands(program: Command, context: Context): void {
  const users = program.command('users').description('people in Telegram');

  paging(leaf(users, 'list', 'list users')).action(async ({ limit, offset }, command: Command) => {
    const options = { query: { limit, offset } };
    const list = await context.client(command).call('GET', '/api/users', options);
    context.printList(command, list, [
      ['telegram id', 'telegram_id'],
      ['username', 'username'],
      ['first name', 'first_name'],
      ['role', 'role'],
      ['last seen', 'last_seen'],
    ]);
  });

  leaf(users, 'show <telegram-id>', 'show one user').action(async (id, _, command: Command) => {
    const path = `/api/users/${encodeURIComponent(id)}`;
    context.printOne(command, await context.client(command).call('GET', path));
  });

  users
    .command('add')
    .description('let somebody in, or change their role')
    .argument('<telegram-id>', 'their id', telegramId)
    .option('--json', 'print JSON')
    .addOption(
      new Option('--role <role>', 'what they may do').choices(Role.options).default('viewer'),
    )
    .option('--username <name>', 'their name in Telegram')
    .action(async (id, { role, username }, command: Command) => {
      const body = { telegram_id: id, role, username };
      const user = await context.client(command).call('POST', '/api/users', { body });
      context.print(command, user, `${id}: ${role}.`);
    });
}
