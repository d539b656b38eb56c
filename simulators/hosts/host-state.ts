import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Docker } from './docker.ts';
import { HOST_LABEL, IP_LABEL, META_LABEL } from './host-args.ts';
import { SIM_LABEL } from './network.ts';

export interface Host {
  readonly id: string;
  readonly ip: string;
  readonly image: string;
  readonly container: string;
  readonly running: boolean;
  readonly meta: string;
}

/** Reads hosts from the Docker engine: the containers' labels are the only record there is. */
export function createHostState({
  docker,
  label,
  container,
}: {
  docker: Docker;
  label: string;
  container: (id: string) => string;
}) {
  const fields = [
    '{{.Name}}',
    '{{.State.Running}}',
    '{{.Config.Image}}',
    ...[HOST_LABEL, IP_LABEL, META_LABEL].map((key) => `{{index .Config.Labels "${key}"}}`),
  ];
  const inspect = async (names: string[], signal?: AbortSignal): Promise<Host[]> => {
    if (names.length === 0) return [];
    // Exits 1 when one of them has gone meanwhile, and still describes the others.
    const { stdout } = await docker.try(
      ['inspect', '--type', 'container', '--format', fields.join('\t'), ...names],
      { ...(signal && { signal }) },
    );
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', running, image = '', id = '', ip = '', meta = ''] = line.split('\t');
        return { id, ip, image, container: name.slice(1), running: running === 'true', meta };
      })
      .filter((host) => host.id !== '');
  };
  const find = async (id: string, signal?: AbortSignal): Promise<Host | undefined> =>
    (await inspect([container(id)], signal))[0];
  const require = async (id: string, signal?: AbortSignal): Promise<Host> => {
    const host = await find(id, signal);
    if (host === undefined) throw new Error(`there is no host ${id} of ${label}`);
    return host;
  };

  return {
    find,
    require,
    async list(signal?: AbortSignal): Promise<Host[]> {
      const filter = `label=${SIM_LABEL}=${label}`;
      const names = await docker.call(
        ['ps', '--all', '--no-trunc', '--filter', filter, '--format', '{{.ID}}'],
        { ...(signal && { signal }) },
      );
      return inspect(names.split('\n').filter(Boolean), signal);
    },
    async ready(id: string, signal: AbortSignal): Promise<void> {
      const { ip } = await require(id, signal);
      for (;;) {
        const answer = await docker.try(
          ['exec', container(id), 'systemctl', 'is-system-running', '--wait'],
          { signal },
        );
        if (/^(running|degraded)/.test(answer.stdout) && (await answers(ip, 22, signal))) return;
        await sleep(100, undefined, { signal });
      }
    },
  };
}

/** Whether something says hello (an SSH banner) at the address within two seconds. */
function answers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
