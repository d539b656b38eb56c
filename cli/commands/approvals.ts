import { type Command, Option } from 'commander';
import { ApprovalStatus } from '#domain/approval.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf } from '../context.ts';
import { plain } from '../render.ts';

const path = (id: string): string => `/api/approvals/${encodeURIComponent(id)}`;

/** What a person reads before saying yes. */
const ASPECTS = [
  ['what', 'effect'],
  ['why', 'why'],
  ['lost', 'lost'],
  ['undo', 'undo'],
] as const;

export function approvalCommands(program: Command, context: Context): void {
  const approvals = program.command('approvals').description('what recoveries ask to be allowed');

  leaf(approvals, 'list', 'list open ones')
    .option('--all', 'decided and expired ones too')
    .option('--server <handle>', 'of this server')
    .addOption(new Option('--status <status>', 'in this status').choices(ApprovalStatus.options))
    .action(async ({ all, server, status }, command: Command) => {
      const query = { status: status ?? (all ? undefined : 'open'), server_handle: server };
      const list = await context.client(command).call('GET', '/api/approvals', { query });
      context.printList(command, list, [
        ['id', 'id'],
        ['server', 'server_handle'],
        ['status', 'status'],
        ['round', 'round'],
        ['expires', 'expires_at'],
        ['by', 'decided_by'],
        ['what', 'effect'],
      ]);
    });

  leaf(approvals, 'show <id>', 'show one: what, why, what is lost').action(
    async (id, _, command: Command) => {
      context.printOne(command, await context.client(command).call('GET', path(id)));
    },
  );

  leaf(approvals, 'approve <id>', 'allow it, once')
    .option('--note <text>', 'kept with the decision')
    .option('--yes', 'do not ask')
    .action(async (id, { note, yes }, command: Command) => {
      const client = context.client(command);
      if (context.io.interactive && yes !== true) {
        await confirm(await client.call('GET', path(id)), context);
      }
      const body = { decision: 'approve', note };
      const answer = await client.call('POST', `${path(id)}/decision`, { body });
      context.print(command, answer, `${id}: approved.`);
    });

  leaf(approvals, 'deny <id>', 'refuse it')
    .option('--note <text>', 'kept with the decision')
    .action(async (id, { note }, command: Command) => {
      const body = { decision: 'deny', note };
      const options = { body };
      const answer = await context.client(command).call('POST', `${path(id)}/decision`, options);
      context.print(command, answer, `${id}: denied.`);
    });
}

async function confirm(asked: unknown, { io }: Context): Promise<void> {
  io.err(`  ${plain(fieldOf(asked, 'server_handle'))}\n`);
  for (const [title, field] of ASPECTS) io.err(`  ${title}: ${plain(fieldOf(asked, field))}\n`);
  const word = await io.ask('Type yes to allow it: ');
  if (word.trim().toLowerCase() === 'yes') return;
  throw new CliError(EXIT.misuse, 'Not confirmed: nothing was sent.', { code: 'not_confirmed' });
}
