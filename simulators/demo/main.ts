import { cleanDemo } from './clean.ts';
import { bareEnvironment, refusal } from './credentials.ts';
import { type DemoOptions, parseOptions, USAGE } from './options.ts';
import { placesOf } from './places.ts';
import { runDemo } from './run-demo.ts';
import { createScreen } from './screen.ts';

/** Signals closer than this are one wish: npm hands Ctrl-C on to a process that got it already. */
const SAME_SIGNAL_MS = 500;

/** The demo's command: 0 ended as wished, 1 failed, 2 wrong use or real credentials around. */
async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let options: DemoOptions;
  try {
    options = parseOptions(argv);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${USAGE}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const refused = options.clean ? null : refusal(env);
  if (refused !== null) {
    process.stderr.write(`${refused}\n`);
    return 2;
  }
  const places = placesOf(options.dir, process.cwd());
  const { signal, hurry, leave } = untilSignalled();
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const screen = createScreen(process.stdout, terminal);
  if (options.clean) {
    await cleanDemo(places, screen, signal);
    return 0;
  }
  screen.line(screen.bold('Zavhoz, the demo'));
  screen.line('A simulated Time4VPS whose servers are real Debian hosts in containers; the agent');
  screen.line('that looks after them; a chat in place of Telegram. Nothing else is touched.');
  screen.line();
  await runDemo({
    ...{ places, port: options.port, env: bareEnvironment(env), screen },
    ...{ signal, hurry, leave },
    ...{ input: process.stdin, output: process.stdout },
  });
  screen.line('The hosts are kept for the next demo; "npm run demo -- --clean" removes them.');
  return 0;
}

function untilSignalled(): { signal: AbortSignal; hurry: AbortSignal; leave: () => void } {
  const ending = new AbortController();
  const hurry = new AbortController();
  let first = 0;
  const leave = () => {
    if (!ending.signal.aborted) {
      first = performance.now();
      ending.abort(new Error('interrupted'));
    } else if (performance.now() - first > SAME_SIGNAL_MS) hurry.abort();
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, leave);
  // A terminal that is gone must not keep us from stopping what we started.
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on('error', leave);
  return { signal: ending.signal, hurry: hurry.signal, leave };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

main(process.argv.slice(2), process.env).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
