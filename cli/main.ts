import { setTimeout as sleep } from 'node:timers/promises';
import { createCli } from './create-cli.ts';
import { ask, readStdin } from './terminal.ts';

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new Error('Ctrl-C')));
process.once('SIGTERM', () => stopping.abort(new Error('SIGTERM')));
// A reader that went away (`zavhoz servers list | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

const { stdin, stdout, stderr } = process;
const cli = createCli({
  env: process.env,
  cwd: process.cwd(),
  fetch,
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  interactive: Boolean(stdin.isTTY && (stderr.isTTY || stdout.isTTY)),
  live: Boolean(stdout.isTTY),
  ask: (question, options) =>
    ask(question, {
      hidden: options?.hidden ?? false,
      // A question that goes into a pipe would be seen by nobody.
      output: stderr.isTTY ? stderr : stdout,
      signal: stopping.signal,
    }),
  readStdin: () => readStdin(stdin),
  async sleep(milliseconds, signal) {
    await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
  signal: stopping.signal,
});

process.exitCode = await cli.run(process.argv.slice(2));
