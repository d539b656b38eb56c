import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** A set-up that cannot go on; the message tells the user what to do. */
export class SetupError extends Error {}

const children = new Set();
let progressShown = false;

/** Prints one line of the set-up's own. */
export function say(line) {
  clearProgress();
  console.error(`set-up: ${line}`);
}

/**
 * Runs a long command with its last line of output as progress on a terminal; elsewhere it only
 * says what begins. Its output is shown when it fails.
 * @param {string} title what the user reads
 * @param {string[]} argv
 * @param {{cwd?: string, env?: object, timeoutMs?: number, lockFd?: number}} options
 *   lockFd is handed on, so that the lock outlives a killed set-up for as long as the command runs
 */
export async function runLong(title, argv, options = {}) {
  const started = Date.now();
  say(`${title} …`);
  const { code, output } = await runQuietly(argv, options, (line) => showProgress(line, started));
  clearProgress();
  if (code === 0) return;
  console.error(output.split('\n').slice(-60).join('\n'));
  throw new SetupError(`${title} failed: ${argv.join(' ')} ended with ${code}.`);
}

/** Runs a command; never throws for an exit code. code is null when it was killed or is missing. */
export function runQuietly(argv, options = {}, onLine = () => {}) {
  return new Promise((resolve) => {
    const [command, ...args] = argv;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe', ...(options.lockFd === undefined ? [] : [options.lockFd])],
    });
    children.add(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 1_800_000);
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-100_000);
      onLine(output.trimEnd().split('\n').at(-1) ?? '');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const finish = (code) => {
      clearTimeout(timer);
      children.delete(child);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += error.message;
      finish(null);
    });
    child.once('close', finish);
  });
}

/** Ends what runs now; for signals. */
export function stopChildren() {
  for (const child of children) child.kill('SIGTERM');
}

function showProgress(line, started) {
  if (!process.stderr.isTTY) return;
  const seconds = Math.round((Date.now() - started) / 1000);
  const width = (process.stderr.columns ?? 80) - 10;
  const plain = stripVTControlCharacters(line).replaceAll('\r', '').slice(0, width);
  process.stderr.write(`\r\u001b[K  ${String(seconds).padStart(3)} s ${plain}`);
  progressShown = true;
}

function clearProgress() {
  if (progressShown) process.stderr.write('\r\u001b[K');
  progressShown = false;
}
