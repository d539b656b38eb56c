import { readdir, rm } from 'node:fs/promises';
import { cleanUp } from '../hosts/host-cleanup.ts';
import { requireDocker } from './hosts.ts';
import { awaitLeftovers, endPlaybooks, stopServices } from './leftovers.ts';
import type { Places } from './places.ts';
import type { Screen } from './screen.ts';
import { openState } from './state.ts';
import { takeFolder } from './take-folder.ts';

const REMOVE_MS = 180_000;

/** Removes what the demo of this folder made: hosts, network, the images it built, its data. */
export async function cleanDemo(
  places: Places,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const release = await takeFolder(places.dir);
  try {
    const state = await openState(places.state);
    await awaitLeftovers(state, screen.line, signal);
    await endPlaybooks(places);
    await stopServices(places);
    const { docker } = await requireDocker(signal);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(REMOVE_MS)]);
    await screen.during('Hosts and their network', () =>
      cleanUp(docker, places.label, {}, deadline),
    );
    for (const image of state.value.images) {
      // Not by force: somebody else's host may have been made from it meanwhile.
      const { code, stderr } = await docker.try(['image', 'rm', image], { signal: deadline });
      const gone = code === 0 || /no such image/i.test(stderr);
      screen.line(gone ? `  ✓ Image ${image}` : `  – Image ${image} is in use elsewhere and stays`);
    }
    await removeFiles(places);
    screen.line(`  ✓ ${places.shown(places.dir)}`);
  } finally {
    await release();
  }
}

/** Our own files alone: the folder may be one that somebody uses for more. */
async function removeFiles(places: Places): Promise<void> {
  const { agent, agentLog, providerLog, providerSettings, state, env, lock, dir } = places;
  for (const path of [agent, agentLog, providerLog, providerSettings, env, state, lock]) {
    await rm(path, { recursive: true, force: true });
  }
  if ((await readdir(dir)).length === 0) await rm(dir, { recursive: true, force: true });
}
