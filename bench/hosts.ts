import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostKey } from '#domain/remote.ts';
import { createHosts } from '#simulators/hosts/hosts.ts';
import { createHostImages } from '#simulators/hosts/images.ts';
import { runProcess } from '#simulators/hosts/run.ts';
import { createContainerMachines } from '#simulators/time4vps/containers.ts';

/** Real hosts of one image, a folder for files, and a key pair in it. */
export async function createBenchHosts(label: string) {
  const log = () => {};
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-bench-hosts-'));
  const key = join(folder, 'key');
  await runProcess(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', key], {
    deadlineMs: 10_000,
  });
  const images = createHostImages({ log });
  const image = await images.ensure('bookworm', AbortSignal.timeout(900_000));
  const hosts = createHosts({ label, image, log });
  await hosts.removeAll();
  return {
    ...{ hosts, folder, keyFile: key },
    machines: createContainerMachines({ hosts, images }),
    publicKey: async () => (await readFile(`${key}.pub`, 'utf8')).trim(),
    ready: (id: string) => hosts.ready(id, AbortSignal.timeout(60_000)),
    async hostKey(id: string): Promise<HostKey> {
      const argv = ['cat', '/etc/ssh/ssh_host_ed25519_key.pub'];
      const [type = '', blob = ''] = (await hosts.exec(id, argv)).stdout.split(' ');
      return { type, key: blob };
    },
    /** A known_hosts file of one host. */
    async knownHosts(ip: string, { type, key: blob }: HostKey): Promise<string> {
      const file = join(folder, `known-hosts-${ip}`);
      await writeFile(file, `${ip} ${type} ${blob}\n`);
      return file;
    },
    async remove() {
      await hosts.removeAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Our own address as that host sees it. */
export const addressTowards = (host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port: 22, timeout: 5000 }, () => {
      resolve(socket.localAddress ?? '');
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error(`${host} does not answer`)));
    socket.once('error', reject);
  });
