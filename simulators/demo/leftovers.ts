import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess, sendSignal, waitForExit } from '#app/embedded/process-info.ts';
import { recordedServer } from '#app/embedded/service.ts';
import { startEmbeddedServices } from '#app/supervisor/embedded-services.ts';
import type { Places } from './places.ts';
import type { StateFile } from './state.ts';

/** An agent drains for 30 s, hosts are given 15 s to shut down. */
const ENDING_MS = 75_000;

/** Waits until the processes of a demo that was killed have ended; ends them where they do not. */
export async function awaitLeftovers(
  state: StateFile,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const alive = state.value.processes.filter(
    ({ pid, startTime }) => findProcess(pid)?.startTime === startTime,
  );
  if (alive.length > 0) say('An earlier demo is still ending; waiting for it.');
  for (const { pid } of alive) {
    if (await waitForExit(pid, ENDING_MS, signal)) continue;
    signal.throwIfAborted();
    sendSignal(pid, 'SIGKILL');
  }
}

/**
 * Ends playbooks that an agent left running, which it does when it is stopped at once: the next one
 * would find them, but here their hosts are switched off.
 */
export async function endPlaybooks({ agent }: Places): Promise<void> {
  const runs = `${join(agent, 'runs')}/`;
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(runs)) sendSignal(pid, 'SIGTERM');
  }
}

/** Stops the PostgreSQL and Redis that a killed agent left running: their files are to go. */
export async function stopServices({ agent }: Places): Promise<void> {
  const running = await Promise.all(
    ['postgres', 'redis'].map((name) => recordedServer(join(agent, name))),
  );
  if (running.every((server) => server === null)) return;
  const services = await startEmbeddedServices({
    dataDir: agent,
    given: {},
    log: () => {},
    onMoved: () => {},
  });
  await services.stop(AbortSignal.timeout(10_000));
}
