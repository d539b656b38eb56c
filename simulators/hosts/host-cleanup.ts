import type { Docker } from './docker.ts';
import { networkName, SIM_LABEL } from './network.ts';

/** Removes every container, network and (unless kept) snapshot that carries the label. */
export async function cleanUp(
  docker: Docker,
  label: string,
  { keepSnapshots = false }: { keepSnapshots?: boolean },
  signal?: AbortSignal,
): Promise<void> {
  const options = { ...(signal && { signal }) };
  const filter = ['--filter', `label=${SIM_LABEL}=${label}`];
  const ids = async (...args: string[]) =>
    (await docker.call([...args, ...filter], options)).split('\n').filter(Boolean);
  const containers = await ids('ps', '--all', '--quiet');
  if (containers.length > 0) {
    const remove = ['rm', '--force', '--volumes', ...containers];
    await docker.call(remove, { deadlineMs: 180_000, ...options });
  }
  for (const network of await ids('network', 'ls', '--format', '{{.Name}}')) {
    if (network === networkName(label)) await removeNetwork(docker, network, options);
  }
  if (keepSnapshots) return;
  for (const image of new Set(await ids('image', 'ls', '--quiet'))) {
    await docker.try(['image', 'rm', '--force', image], options);
  }
}

// Somebody else's container (a probe of a test that was killed) may still hang on the network.
async function removeNetwork(docker: Docker, name: string, options: { signal?: AbortSignal }) {
  const format = '{{range .Containers}}{{.Name}}\n{{end}}';
  const left = await docker.call(['network', 'inspect', '--format', format, name], options);
  for (const container of left.split('\n').filter(Boolean)) {
    await docker.try(['network', 'disconnect', '--force', name, container], options);
  }
  await docker.call(['network', 'rm', name], options);
}
