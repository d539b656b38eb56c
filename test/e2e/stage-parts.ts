import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createHosts } from '#simulators/hosts/hosts.ts';
import { createHostImages } from '#simulators/hosts/images.ts';
import { createContainerMachines } from '#simulators/time4vps/containers.ts';
import type { StageOptions } from './stage.ts';

/** Real hosts under a label of their own; what an earlier run left of it goes first. */
export async function containerHosts(
  { label, suite = 'bookworm', image }: StageOptions,
  log: () => void,
) {
  const images = createHostImages({ log });
  const base = await images.ensure(suite, AbortSignal.timeout(600_000));
  const hosts = createHosts({ label, image: image ?? base, log });
  await hosts.removeAll();
  return { hosts, machines: createContainerMachines({ hosts, images }) };
}

export const ended = (child: ChildProcess | null) =>
  new Promise<void>((resolve) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

export const tail = async (file: string) =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(-25).join('\n');
