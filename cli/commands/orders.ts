import { type Command, InvalidArgumentError } from 'commander';
import { MOST_DELAY_SECONDS } from '#domain/operation.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, leaf } from '../context.ts';
import { announce } from './rebuild.ts';
import { serverPath } from './server-path.ts';

/** Seconds before an order begins. */
export const delay = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= MOST_DELAY_SECONDS) return value;
  throw new InvalidArgumentError(`A delay is a number of seconds from 0 to ${MOST_DELAY_SECONDS}.`);
};

/** What is ordered of a server as it is: a reboot, a recovery. */
export function orderCommands(servers: Command, context: Context): void {
  leaf(servers, 'reboot <handle>', 'reboot it at its provider, and prove that it is back')
    .option('--delay <seconds>', 'begin later; a cancel until then does nothing to it', delay)
    .option('--yes', 'do not ask')
    .option('--follow', 'show the progress until it has ended')
    .action(async (handle, options, command: Command) => {
      await confirmed(`Everything on ${handle} stops for some minutes.`, options, context);
      const body = options.delay === undefined ? {} : { delay_seconds: options.delay };
      const path = `${serverPath(handle)}/reboot`;
      const answer = await context.client(command).call('POST', path, { body });
      await announce(answer, `${handle}: reboot accepted.`, options, command, context);
    });

  leaf(servers, 'recover <handle>', 'begin the recovery from its open incident')
    .option('--incident <id>', 'which one, where several are open')
    .option('--yes', 'do not ask')
    .option('--follow', 'show the progress until it has ended')
    .action(async (handle, options, command: Command) => {
      const what = `Rungs that interrupt ${handle} follow its mode: in "ask" each needs an approval.`;
      await confirmed(what, options, context);
      const body = options.incident === undefined ? {} : { incident_id: options.incident };
      const path = `${serverPath(handle)}/recover`;
      const answer = await context.client(command).call('POST', path, { body });
      await announce(answer, `${handle}: recovery accepted.`, options, command, context);
    });
}

/** On a terminal a yes is wanted; scripts have said it by running the command. */
async function confirmed(what: string, options: { yes?: boolean }, { io }: Context): Promise<void> {
  if (!io.interactive || options.yes === true) return;
  io.err(`  ${what}\n`);
  const typed = await io.ask('Type yes to go on: ');
  if (typed.trim().toLowerCase() === 'yes') return;
  throw new CliError(EXIT.misuse, 'Not confirmed: nothing was started.', { code: 'not_confirmed' });
}
