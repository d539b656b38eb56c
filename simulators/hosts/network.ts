import { createHash } from 'node:crypto';
import { type Docker, DockerError } from './docker.ts';

export const SIM_LABEL = 'zavhoz.sim';

export interface HostNetwork {
  readonly name: string;
  /** The first three numbers of its /24, such as `10.213.7`. */
  readonly prefix: string;
}

/**
 * The bridge network of one label: an own private /24, so that several fleets exist side by side
 * and hosts keep fixed addresses. Found again when it exists.
 */
export async function ensureNetwork(
  docker: Docker,
  label: string,
  signal?: AbortSignal,
): Promise<HostNetwork> {
  const name = networkName(label);
  const found = await prefixOf(docker, name, signal);
  if (found !== undefined) return { name, prefix: found };
  // Where to begin follows from the label, so that parallel runs seldom ask for the same subnet.
  const start = createHash('sha256').update(label).digest().readUInt8(0);
  for (let i = 0; i < 256; i++) {
    const prefix = `10.213.${(start + i) % 256}`;
    try {
      await docker.call(
        [
          ...['network', 'create', '--driver', 'bridge', '--subnet', `${prefix}.0/24`],
          ...['--gateway', `${prefix}.1`, '--label', `${SIM_LABEL}=${label}`, name],
        ],
        { ...(signal && { signal }) },
      );
      return { name, prefix };
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (/already exists/.test(error.stderr)) {
        const made = await prefixOf(docker, name, signal);
        if (made !== undefined) return { name, prefix: made };
      }
      // Taken by another network, or routed elsewhere by this machine: try the next one.
      if (!/overlap|conflicts|in use|already exists/i.test(error.stderr)) throw error;
    }
  }
  throw new Error('no free subnet in 10.213.0.0/16 for the hosts');
}

export const networkName = (label: string): string => `zavhoz-${label}`;

async function prefixOf(docker: Docker, name: string, signal?: AbortSignal) {
  const format = '{{range .IPAM.Config}}{{.Subnet}}{{end}}';
  const { code, stdout } = await docker.try(['network', 'inspect', '--format', format, name], {
    ...(signal && { signal }),
  });
  return code === 0 ? /^(\d+\.\d+\.\d+)\.0\/24$/.exec(stdout.trim())?.[1] : undefined;
}
