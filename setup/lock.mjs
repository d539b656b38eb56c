import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { SetupError, say } from './run.mjs';

/**
 * Takes the clone's lock, waiting for another set-up. The lock belongs to the open folder: it ends
 * with the last process that holds the descriptor, however that process ends.
 * @returns {{fd: number, release: () => void}}
 */
export function takeLock(root) {
  const fd = openSync(root, 'r');
  const flock = (...options) =>
    spawnSync('flock', [...options, '3'], { stdio: ['ignore', 'inherit', 'inherit', fd] });
  const first = flock('--nonblock');
  if (first.error) throw new SetupError('The program "flock" (package util-linux) is missing.');
  if (first.status !== 0) {
    say('Another set-up is at work in this folder; waiting for it …');
    if (flock('--timeout', '1800').status !== 0) {
      throw new SetupError('The other set-up did not finish within half an hour.');
    }
  }
  return { fd, release: () => closeSync(fd) };
}
