import { rm } from 'node:fs/promises';
import { createDocker, type Docker, findDocker } from '../hosts/docker.ts';
import { createHosts, type Hosts } from '../hosts/hosts.ts';
import { createHostImages } from '../hosts/images.ts';
import type { Places } from './places.ts';
import type { Screen } from './screen.ts';
import type { StateFile } from './state.ts';

export interface Engine {
  readonly docker: Docker;
  readonly command: readonly string[];
}

/** The Docker engine as this user reaches it; an Error says what to do without one. */
export async function requireDocker(signal: AbortSignal): Promise<Engine> {
  const found = await findDocker({}, signal);
  if (found.docker === null) {
    throw new Error(
      `The Docker engine cannot be used: ${found.reason}\nRun "node setup.mjs demo", which sets it up.`,
    );
  }
  const command = found.sudo ? ['sudo', '-n', 'docker'] : ['docker'];
  return { docker: createDocker({ command }), command };
}

/** The image of a fresh host, built when it is missing; the state remembers what was built. */
export async function prepareImage(
  { docker, command }: Engine,
  state: StateFile,
  screen: Screen,
  signal: AbortSignal,
): Promise<string> {
  return screen.during('Image of a Debian 12 host', async (detail) => {
    const built = new Set(state.value.images);
    const images = createHostImages({
      docker,
      command,
      log(message, details) {
        detail(`built once, in a minute or two: ${message}`);
        if (message === 'host image built') built.add(String(details?.tag));
      },
    });
    const tag = await images.ensure('bookworm', signal);
    await state.change({ images: [...built] });
    return tag;
  });
}

/**
 * Brings hosts and agent together: hosts that the state does not know go; when one that it knows
 * is gone (Docker was tidied up), the agent's data speaks of a fleet that is no more and goes too.
 */
export async function reconcile(
  hosts: Pick<Hosts, 'list' | 'destroy' | 'removeAll'>,
  state: StateFile,
  places: Places,
  signal: AbortSignal,
): Promise<{ startedOver: boolean }> {
  const made = new Map((await hosts.list(signal)).map(({ id, meta }) => [id, createdOf(meta)]));
  const known = Object.entries(state.value.servers);
  const startedOver = known.some(([id, created]) => made.get(id) !== created);
  if (startedOver || known.length === 0) {
    await hosts.removeAll({}, signal);
    await rm(places.agent, { recursive: true, force: true });
    await state.change({ servers: {} });
    return { startedOver };
  }
  for (const id of made.keys()) {
    if (!(id in state.value.servers)) await hosts.destroy(id, signal);
  }
  return { startedOver };
}

export const demoHosts = ({ docker }: Engine, { label }: Places, image: string): Hosts =>
  createHosts({ docker, label, image, log: () => {} });

function createdOf(meta: string): string | null {
  try {
    const { created } = JSON.parse(meta) as { created?: string };
    return created ?? null;
  } catch {
    return null;
  }
}
