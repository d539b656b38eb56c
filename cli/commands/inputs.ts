import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { plain } from '../render.ts';

const path = (id: string): string => `/api/input-requests/${encodeURIComponent(id)}`;

export function inputCommands(program: Command, context: Context): void {
  const inputs = program.command('inputs').description('what operations wait for people to answer');

  leaf(inputs, 'list', 'list open questions')
    .option('--all', 'answered and expired ones too')
    .action(async ({ all }, command: Command) => {
      const options = { query: { status: all ? undefined : 'open' } };
      const list = await context.client(command).call('GET', '/api/input-requests', options);
      context.printList(command, list, [
        ['id', 'id'],
        ['server', 'server_handle'],
        ['kind', 'kind'],
        ['status', 'status'],
        ['expires', 'expires_at'],
        ['question', 'question'],
      ]);
    });

  leaf(inputs, 'answer <id>', 'answer one; a secret is typed unseen or read from stdin')
    .option('--done', 'say that it was done by hand')
    .action(async (id, { done }, command: Command) => {
      const client = context.client(command);
      const request = await client.call('GET', path(id));
      const body =
        fieldOf(request, 'kind') === 'secret'
          ? { secret: await secretFor(request, done === true, context) }
          : await confirm(request, done === true, context);
      const answer = await client.call('POST', `${path(id)}/answer`, { body });
      context.print(command, answer, `${id}: answered.`);
    });

  leaf(inputs, 'decline <id>', 'say no; the operation ends').action(
    async (id, _, command: Command) => {
      const answer = await context
        .client(command)
        .call('POST', `${path(id)}/decline`, { body: {} });
      context.print(command, answer, `${id}: declined.`);
    },
  );
}

async function secretFor(request: unknown, done: boolean, { io }: Context): Promise<string> {
  if (done) {
    throw new CliError(EXIT.misuse, 'This one asks for a secret, not for "done".', {
      hint: 'Leave out --done; type the secret, or give it on stdin.',
    });
  }
  const question = plain(fieldOf(request, 'question'));
  const typed = io.interactive
    ? await io.ask(`${question}\nSecret (not shown): `, { hidden: true })
    : await io.readStdin();
  const secret = typed.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new CliError(EXIT.misuse, 'No secret was given.', {
    hint: 'Type it, or give it on stdin; never as an argument.',
  });
}

async function confirm(request: unknown, done: boolean, { io }: Context): Promise<object> {
  if (done) return { done: true };
  if (io.interactive) {
    const word = await io.ask(
      `${plain(fieldOf(request, 'question'))}\nType done when it is done: `,
    );
    if (word.trim().toLowerCase() === 'done') return { done: true };
  }
  throw new CliError(EXIT.misuse, 'Not confirmed: nothing was sent.', {
    code: 'not_confirmed',
    hint: 'Once it was done by hand: --done',
  });
}
