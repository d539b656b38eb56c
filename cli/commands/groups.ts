import { type Command, InvalidArgumentError, Option } from 'commander';
import { RecoveryMode, Rung } from '#domain/recovery.ts';
import { type Context, leaf } from '../context.ts';

const path = (name: string): string => `/api/groups/${encodeURIComponent(name)}`;

const FLAGS = ['docker', 'firewall'];
const LIMITS = ['disk_percent', 'memory_percent', 'load_percent', 'clock_seconds'];
type Expectation = Readonly<Record<string, boolean | readonly number[]>>;

/** `docker=off`, `disk_percent=85,95`; repeated, they add up. */
function expectation(text: string, sum: Expectation): Expectation {
  const [name = '', value = ''] = text.split('=');
  const numbers = value.split(',').map(Number);
  if (FLAGS.includes(name) && (value === 'on' || value === 'off')) {
    return { ...sum, [name]: value === 'on' };
  }
  if (LIMITS.includes(name) && numbers.length === 2 && numbers.every(Number.isFinite)) {
    return { ...sum, [name]: numbers };
  }
  throw new InvalidArgumentError(
    `An expectation is ${FLAGS.join('|')}=on|off, or ${LIMITS.join('|')}=<degraded>,<failed>.`,
  );
}

const ports = (text: string): readonly number[] => {
  const list = text === '' || text === 'none' ? [] : text.split(',').map(Number);
  if (list.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) return list;
  throw new InvalidArgumentError('Ports are like 8080,8443; none closes all.');
};

const weight = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 1000) return value;
  throw new InvalidArgumentError('A weight is a whole number from 0 to 1000.');
};

const policy = (command: Command): Command =>
  command
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--mode <mode>', 'how recoveries go').choices(RecoveryMode.options))
    .addOption(
      new Option('--highest-rung <rung>', 'in mode auto: how far without asking').choices(
        Rung.options,
      ),
    )
    .option('--weight <n>', 'heavier groups are recovered first', weight)
    .option('--expect <name=value>', 'what is expected, may be repeated', expectation, {})
    .option('--open-ports <list>', 'open on every server of it', ports);

function bodyOf(options: Readonly<Record<string, unknown>>): object {
  const { description, mode, highestRung, weight: heavy, expect = {}, openPorts } = options;
  return {
    ...{ description, mode, highest_rung: highestRung, weight: heavy, open_ports: openPorts },
    expectations: Object.keys(expect as object).length > 0 ? expect : undefined,
  };
}

export function groupCommands(program: Command, context: Context): void {
  const groups = program.command('groups').description('servers under one policy');

  leaf(groups, 'list', 'list groups').action(async (_, command: Command) => {
    const list = await context.client(command).call('GET', '/api/groups');
    context.printList(command, list, [
      ['name', 'name'],
      ['mode', 'mode'],
      ['highest rung', 'highest_rung'],
      ['weight', 'weight'],
      ['open ports', 'open_ports'],
      ['description', 'description'],
    ]);
  });

  leaf(groups, 'show <name>', 'show one group').action(async (name, _, command: Command) => {
    context.printOne(command, await context.client(command).call('GET', path(name)));
  });

  policy(leaf(groups, 'create <name>', 'make a group')).action(
    async (name, options, command: Command) => {
      const body = { name, ...bodyOf(options) };
      const made = await context.client(command).call('POST', '/api/groups', { body });
      context.print(command, made, `${name} is a group now.`);
    },
  );

  policy(leaf(groups, 'set <name>', 'change what is named')).action(
    async (name, options, command: Command) => {
      const body = bodyOf(options);
      const changed = await context.client(command).call('PATCH', path(name), { body });
      context.print(command, changed, `${name}: changed.`);
    },
  );
}
