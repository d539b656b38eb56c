import { readFile } from 'node:fs/promises';
import { createDocker, findDocker } from '../hosts/docker.ts';
import { createHosts } from '../hosts/hosts.ts';
import { createHostImages } from '../hosts/images.ts';
import { createContainerMachines } from './containers.ts';
import { createMemoryMachines } from './in-memory.ts';
import type { MachineBackend } from './machines.ts';
import { parseSettings, type Settings } from './settings.ts';
import { createTime4VpsSimulator } from './simulator.ts';

/**
 * Runs the simulator as a process: `node main.js <settings.json>` (its shape: settings.ts). Prints one
 * line of JSON, `{ready, url, controlUrl}` or `{ready: false, error}`, on standard output; its log
 * goes to standard error. SIGTERM and SIGINT stop it; so does the end of standard input when
 * `exitWithParent` is set, so that a killed parent leaves nothing running.
 */
const log = (message: string, details: Record<string, unknown> = {}) =>
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), message, ...details })}\n`,
  );
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** A host is given 15 s to shut down. */
const SWITCH_MS = 60_000;

async function machinesFor(settings: Settings, signal: AbortSignal): Promise<MachineBackend> {
  if (settings.machines === 'memory') return createMemoryMachines();
  const found = await findDocker({}, signal);
  if (found.docker === null) throw new Error(`Docker cannot be used: ${found.reason}`);
  const { docker, sudo } = found;
  const command = sudo ? ['sudo', '-n', 'docker'] : ['docker'];
  const images = createHostImages({ log, docker, command });
  const image = await images.ensure('bookworm', signal);
  const hosts = createHosts({
    ...{ label: settings.label, image, log, docker: createDocker({ command }) },
  });
  return createContainerMachines({ hosts, images });
}

async function main() {
  const stopping = new AbortController();
  let stop = () => stopping.abort();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop());
  const path = process.argv[2];
  if (path === undefined) throw new Error('the path of a settings file is missing');
  const settings = parseSettings(JSON.parse(await readFile(path, 'utf8')));
  if (settings.exitWithParent) {
    process.stdin.once('end', () => setTimeout(() => stop(), settings.lingerMs)).resume();
  }
  const machines = await machinesFor(settings, stopping.signal);
  const switchAll = async (mishap: 'start' | 'stop') => {
    if (!settings.sleepMachines) return;
    const signal = AbortSignal.timeout(SWITCH_MS);
    const all = await machines.list(signal);
    await Promise.all(all.map(({ id }) => machines.mishap(id, mishap, signal)));
  };
  const simulator = createTime4VpsSimulator({
    machines,
    credentials: { login: settings.login, password: settings.password },
    ...{ taskMs: settings.taskMs, firstId: settings.firstId, controlToken: settings.controlToken },
    log,
  });
  await switchAll('start');
  const addresses = await simulator.start({ port: settings.port });
  let stopped = false;
  stop = () => {
    if (stopped) return;
    stopped = true;
    const ended = simulator
      .stop({ removeMachines: settings.removeMachines })
      .then(() => switchAll('stop'));
    ended.then(
      () => process.exit(0),
      (error: unknown) => {
        log('could not stop cleanly', { error: String(error) });
        process.exit(1);
      },
    );
  };
  if (stopping.signal.aborted) return stop();
  const missing = settings.servers - simulator.servers().length;
  for (let i = 0; i < missing && !stopped; i++) await simulator.addServer();
  print({ ready: true, ...addresses });
}

main().catch((error: unknown) => {
  print({ ready: false, error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
