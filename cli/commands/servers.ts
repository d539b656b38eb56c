import { type Command, InvalidArgumentError, Option } from 'commander';
import { Become, Care, SERVER_STATUSES } from '#domain/server.ts';
import { type Context, leaf } from '../context.ts';
import type { Column } from '../render.ts';
import { delay, orderCommands } from './orders.ts';
import { policyCommands } from './policy.ts';
import { announce, rebuild } from './rebuild.ts';
import { serverPath } from './server-path.ts';

const COLUMNS: readonly Column[] = [
  ['handle', 'handle'],
  ['status', 'status'],
  ['care', 'care'],
  ['address', 'connection.address'],
  ['os', 'os'],
  ['group', 'group'],
  ['provider', 'provider'],
];

const collect = (value: string, sum: readonly string[]): readonly string[] => [...sum, value];

const labelsOf = (given: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new InvalidArgumentError(`A label is name=value, not "${text}".`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );

const port = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
};

export const paging = (command: Command): Command =>
  command
    .option('--limit <n>', 'at most so many', '100')
    .option('--offset <n>', 'leave out so many first');

export function serverCommands(program: Command, context: Context): void {
  const servers = program.command('servers').description('servers and what is done to them');

  paging(leaf(servers, 'list', 'list servers'))
    .addOption(new Option('--status <status...>', 'in these statuses').choices(SERVER_STATUSES))
    .addOption(new Option('--care <care>', 'under this care').choices(Care.options))
    .option('--provider <name>', 'of this provider')
    .option('--group <name>', 'of this group')
    .option('--label <name=value>', 'with this label')
    .option('--search <text>', 'whose handle, address or notes hold this text')
    .action(async (options, command: Command) => {
      const { status, care, provider, group, label, search, limit, offset } = options;
      const query = { status, care, provider, group, label, search, limit, offset };
      const list = await context.client(command).call('GET', '/api/servers', { query });
      context.printList(command, list, COLUMNS);
    });

  leaf(servers, 'show <handle>', 'show one server').action(async (handle, _, command) => {
    context.printOne(command, await context.client(command).call('GET', serverPath(handle)));
  });

  leaf(servers, 'create <handle>', 'enter a server by hand')
    .option('--account <name>', 'provider account it belongs to', 'manual')
    .option('--ref <id>', 'its id at the provider (the handle where there is none)')
    .option('--ipv4 <address>', 'IPv4 address')
    .option('--ipv6 <address>', 'IPv6 address')
    .addOption(new Option('--family <family>', 'address in use').choices(['ipv4', 'ipv6']))
    .option('--port <port>', 'SSH port', port)
    .option('--user <name>', 'login')
    .addOption(new Option('--become <how>', 'how to become root').choices(Become.options))
    .option('--jump-host <handle>', 'server to hop over')
    .addOption(new Option('--care <care>', 'how far Zavhoz may go').choices(Care.options))
    .option('--group <name>', 'group')
    .option('--label <name=value>', 'label, may be repeated', collect, [])
    .option('--region <name>', 'where it stands, like a data centre')
    .option('--notes <text>', 'notes')
    .action(async (handle, options, command: Command) => {
      const { account, ref, ipv4, ipv6, family, user, become, jumpHost, care, group } = options;
      const body = {
        handle,
        provider_account: account,
        provider_ref: ref,
        care,
        group,
        notes: options.notes,
        region: options.region,
        labels: options.label.length > 0 ? labelsOf(options.label) : undefined,
        connection: { ipv4, ipv6, family, port: options.port, user, become, jump_host: jumpHost },
      };
      const made = await context.client(command).call('POST', '/api/servers', { body });
      context.print(command, made, `${handle} is known now.`);
    });

  const patch = async (command: Command, handle: string, body: object, said: string) => {
    const answer = await context.client(command).call('PATCH', serverPath(handle), { body });
    context.print(command, answer, said);
  };

  const care = leaf(
    servers,
    'set-care <handle> <care>',
    `how far Zavhoz may go: ${Care.options.join(', ')}`,
  );
  care.action((handle, value, _, command) =>
    patch(command, handle, { care: value }, `${handle}: care is ${value}.`),
  );

  const handsOff = leaf(
    servers,
    'set-hands-off <handle> <on|off>',
    'refuse every change, or lift that',
  );
  handsOff.action((handle, value, _, command) => {
    if (value !== 'on' && value !== 'off') command.error("error: say 'on' or 'off'");
    return patch(
      command,
      handle,
      { hands_off: value === 'on' },
      `${handle}: hands off is ${value}.`,
    );
  });

  leaf(servers, 'set-status <handle> <status>', 'move it to another status').action(
    async (handle, status, _, command: Command) => {
      // The same word starts a rebuild everywhere, so it is asked for the same way everywhere.
      if (status === 'force_rebuild') return rebuild(handle, { reset: false }, command, context);
      const answer = await context
        .client(command)
        .call('PATCH', serverPath(handle), { body: { status } });
      await announce(
        answer,
        `${handle}: status is ${status}.`,
        { follow: false },
        command,
        context,
      );
    },
  );

  leaf(servers, 'provision <handle>', 'prepare it with Ansible')
    .option('--follow', 'show the progress until it has ended')
    .action(async (handle, options, command: Command) => {
      const path = `${serverPath(handle)}/provision`;
      const answer = await context.client(command).call('POST', path, { body: {} });
      await announce(answer, `${handle}: accepted.`, options, command, context);
    });

  orderCommands(servers, context);
  policyCommands(servers, context);
  rebuildCommand(servers, context);
}

/** Stands below `servers` and, because it is the main job, at the top too. */
export function rebuildCommand(parent: Command, context: Context): void {
  leaf(
    parent,
    'rebuild <handle>',
    'reinstall it and prepare it anew (force_rebuild); wipes its disk',
  )
    .option('--reset', 'keep the disk: only a new root password and the playbooks')
    .option('--delay <seconds>', 'begin later; a cancel until then does nothing to it', delay)
    .option('--yes', 'do not ask')
    .option('--follow', 'show the progress until it has ended')
    .action((handle, options, command: Command) => rebuild(handle, options, command, context));
}
