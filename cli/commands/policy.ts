import { type Command, InvalidArgumentError } from 'commander';
import { RecoveryMode } from '#domain/recovery.ts';
import { type Context, leaf } from '../context.ts';
import { serverPath } from './server-path.ts';

interface Service {
  readonly name: string;
  readonly checks: readonly object[];
}

const port = (text: string | undefined): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
};

/** `name=value`, one check each; those of one name make one service. */
const check =
  (toCheck: (value: string) => object) =>
  (text: string, sum: readonly Service[]): readonly Service[] => {
    const at = text.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`A check is name=value, not "${text}".`);
    return [...sum, { name: text.slice(0, at), checks: [toCheck(text.slice(at + 1))] }];
  };

function merged(services: readonly Service[]): readonly Service[] {
  const names = [...new Set(services.map(({ name }) => name))];
  return names.map((name) => ({
    name,
    checks: services.filter((service) => service.name === name).flatMap(({ checks }) => checks),
  }));
}

/** How far recoveries go on one server, and what is checked of it from outside. */
export function policyCommands(servers: Command, context: Context): void {
  const patch = async (command: Command, handle: string, body: object, said: string) => {
    const answer = await context.client(command).call('PATCH', serverPath(handle), { body });
    context.print(command, answer, said);
  };

  leaf(
    servers,
    'set-mode <handle> <mode>',
    `how recoveries go on it: ${RecoveryMode.options.join(', ')}; group: as its group says`,
  ).action((handle, mode, _, command) =>
    patch(command, handle, { mode: mode === 'group' ? null : mode }, `${handle}: mode is ${mode}.`),
  );

  leaf(
    servers,
    'set-rebuildable <handle> <on|off>',
    'let a recovery wipe its disk without asking, or not',
  ).action((handle, value, _, command) => {
    if (value !== 'on' && value !== 'off') command.error("error: say 'on' or 'off'");
    const body = { rebuildable: value === 'on' };
    return patch(command, handle, body, `${handle}: rebuildable is ${value}.`);
  });

  leaf(
    servers,
    'set-region <handle> <region>',
    'where it stands: those of one region that fail together are one trouble; none: not known',
  ).action((handle, region, _, command) =>
    patch(
      command,
      handle,
      { region: region === 'none' ? null : region },
      `${handle}: region is ${region}.`,
    ),
  );

  leaf(servers, 'services <handle>', 'what is checked of it from outside').action(
    async (handle, _, command: Command) => {
      const path = `${serverPath(handle)}/services`;
      context.printOne(command, await context.client(command).call('GET', path));
    },
  );

  leaf(servers, 'set-services <handle>', 'say what is checked of it from outside; replaces all')
    .option(
      '--http <name=url>',
      'an address that answers well',
      check((url) => ({ kind: 'http', url })),
      [],
    )
    .option(
      '--tcp <name=port>',
      'a port that is open',
      check((text) => ({ kind: 'tcp', port: port(text) })),
      [],
    )
    .option(
      '--tls <name=port>',
      'a certificate',
      check((text) => ({ kind: 'tls', port: port(text) })),
      [],
    )
    .action(async (handle, { http, tcp, tls }, command: Command) => {
      const body = { services: merged([...http, ...tcp, ...tls]) };
      const path = `${serverPath(handle)}/services`;
      const answer = await context.client(command).call('PUT', path, { body });
      context.print(command, answer, `${handle}: ${body.services.length} services are checked.`);
    });
}
