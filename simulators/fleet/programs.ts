import type { SimHost } from './host.ts';
import { words } from './words.ts';

export interface ProgramAnswer {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface Surroundings {
  readonly port: number;
  /** What a neighbour sees of a port of another host. */
  neighbour(address: string): 'open' | 'refused' | 'filtered';
  /** Docker or a unit was restarted by the agent. */
  restarted(host: SimHost, what: string): void;
}

const OK: ProgramAnswer = { code: 0 };
const says = (stdout: string): ProgramAnswer => ({ code: 0, stdout });

/** Programs of a host, as far as the agent asks for them; what is not known does nothing, well. */
export function runProgram(
  command: string,
  host: SimHost,
  surroundings: Surroundings,
): ProgramAnswer {
  const [program, ...args] = withoutWrappers(words(command));
  if (program === 'timeout') return timed(args, host, surroundings);
  if (program === 'sh') return says(evidence(args[1] ?? '', host));
  if (program === 'systemctl') return systemctl(args, host, surroundings);
  if (program === 'docker') return docker(args, host);
  if (program === 'id') return says('0\n');
  if (program === 'cat' || program === 'python3') return OK;
  if (program === 'echo') return says(`${args.join(' ')}\n`);
  if (program === 'printenv') return says('127.0.0.1 50000 127.0.0.1 22\n');
  if (program === 'ss') return says(`LISTEN 0 128 0.0.0.0:${surroundings.port} 0.0.0.0:*\n`);
  return OK;
}

/** The program itself, behind `sudo -n --` and `env NAME=value`. */
function withoutWrappers(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'sudo') return withoutWrappers(argv.slice(argv.indexOf('--') + 1));
  if (argv[0] !== 'env') return argv;
  const [, ...rest] = argv;
  return withoutWrappers(rest.slice(rest.findIndex((word) => !word.includes('='))));
}

/** `timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' ADDRESS PORT`, or a program of its own. */
function timed(
  [, ...rest]: readonly string[],
  host: SimHost,
  surroundings: Surroundings,
): ProgramAnswer {
  if (rest[0] === 'docker') return docker(rest.slice(1), host);
  if (rest[0] !== 'bash' || !(rest[2] ?? '').includes('/dev/tcp/')) return OK;
  switch (surroundings.neighbour(rest[3] ?? '')) {
    case 'open':
      return OK;
    case 'refused':
      return { code: 1, stderr: 'bash: connect: Connection refused\n' };
    case 'filtered':
      return { code: 124 };
  }
}

function systemctl(
  args: readonly string[],
  host: SimHost,
  surroundings: Surroundings,
): ProgramAnswer {
  const { docker: state } = host.state;
  if (args[0] === 'is-enabled') return says(state === 'absent' ? 'not-found\n' : 'enabled\n');
  if (args[0] === 'restart') surroundings.restarted(host, args.at(-1) ?? '');
  return OK;
}

function docker(args: readonly string[], { state, id }: SimHost): ProgramAnswer {
  if (state.docker === 'absent') return { code: 127, stderr: 'docker: command not found\n' };
  if (state.docker === 'dead') return { code: 1, stderr: 'Cannot connect to the Docker daemon\n' };
  if (args[0] !== 'info') return OK;
  return says(args.includes('{{.ID}}') ? `${id}\n` : '27.3.1\n');
}

/** Whatever sections the script marks, each with a line in it. */
function evidence(script: string, { id, state }: SimHost): string {
  const marks = script.matchAll(/echo '(@@\w+:)(\w+)'/g);
  return [...marks]
    .map(([, mark, name]) => `${mark}${name}\n${name} of ${id}, disk ${state.diskPercent}%\n`)
    .join('\n');
}
