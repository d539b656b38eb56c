import { type Command, InvalidArgumentError, Option } from 'commander';
import { Role } from '#domain/user.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { seconds } from '../duration.ts';
import { paging } from './servers.ts';

export const telegramId = (text: string): number => {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new InvalidArgumentError('A Telegram id is a whole number (the bot tells it on /users).');
};

const pathOf = (id: string | number): string => `/api/users/${encodeURIComponent(id)}`;

/** `<telegram-id>` as an argument that is checked, and the choice of the API about the last owner. */
const person = (parent: Command, name: string, about: string): Command =>
  parent
    .command(name)
    .description(about)
    .argument('<telegram-id>', 'their id', telegramId)
    .option('--json', 'print JSON');
const LAST = ['--even-last-owner', 'also when nobody else is an owner (a lost phone)'] as const;

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
    context.printOne(command, await context.client(command).call('GET', pathOf(id)));
  });

  person(users, 'add', 'let somebody in by their id')
    .addOption(
      new Option('--role <role>', 'what they may do').choices(Role.options).default('viewer'),
    )
    .option('--username <name>', 'their name in Telegram')
    .action(async (id, { role, username }, command: Command) => {
      const body = { telegram_id: id, role, username };
      const user = await context.client(command).call('POST', '/api/users', { body });
      context.print(command, user, `${id}: ${role}.`);
    });

  person(users, 'set-role', 'change what somebody may do; what the lesser role forbids ends')
    .addArgument(roleArgument(users))
    .option(...LAST)
    .action(async (id, role, { evenLastOwner }, command: Command) => {
      const body = { role, even_last_owner: evenLastOwner };
      const user = await context.client(command).call('PATCH', pathOf(id), { body });
      context.print(command, user, `${id}: ${role}.`);
    });

  person(users, 'remove', 'take somebody’s role; tokens, orders and subscriptions of theirs end')
    .option(...LAST)
    .option('--yes', 'do not ask')
    .action(async (id, { evenLastOwner, yes }, command: Command) => {
      await confirm(context, id, yes);
      const query = { even_last_owner: evenLastOwner ? 'true' : undefined };
      await context.client(command).call('DELETE', pathOf(id), { query });
      context.print(command, { telegram_id: id, role: null }, `${id}: removed.`);
    });

  leaf(users, 'pair', 'a one-time code that makes whoever sends it to the bot an owner')
    .addOption(new Option('--role <role>', 'a lesser one').choices(Role.options).default('owner'))
    .option('--for <duration>', 'how long it is good for: 30m, 2h, 7d', seconds, 86_400)
    .action(async ({ role, for: ttl }, command: Command) => {
      const body = { role, ttl_seconds: ttl };
      const made = await context.client(command).call('POST', '/api/users/pairing-code', { body });
      const code = fieldOf(made, 'code');
      if (typeof code !== 'string') {
        // Its answer was lost on the way, and a code is told once.
        throw new CliError(EXIT.failed, 'A code was made, but its text was lost on the way.', {
          hint: 'Ask again: zavhoz users pair',
        });
      }
      context.note(command, `Send this to the bot in a private chat; it gives the role ${role}:`);
      context.print(command, made, `/start ${code}`);
    });
}

const roleArgument = (parent: Command) =>
  parent.createArgument('<role>', 'what they may do').choices(Role.options);

async function confirm({ io }: Context, id: number, yes: boolean | undefined): Promise<void> {
  if (!io.interactive || yes === true) return;
  const word = await io.ask(`Type ${id} to remove them: `);
  if (word.trim() === String(id)) return;
  const options = { code: 'not_confirmed' };
  throw new CliError(EXIT.misuse, 'Not confirmed: nothing was sent.', options);
}
