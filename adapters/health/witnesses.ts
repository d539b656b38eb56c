import { readFile } from 'node:fs/promises';
import { OpsError } from '#domain/errors.ts';
import type { Witness } from '#domain/health/probes.ts';
import type { Logger, Programs } from '#domain/ports.ts';
import type { TcpProbe } from '#domain/remote.ts';
import { createPrograms } from '../programs.ts';
import { createTcpProbe } from '../tcp-probe.ts';
import { defaultGateway, hasNeighbour } from './gateway.ts';
import { createSignsOfLife, type SignsOfLife } from './signs-of-life.ts';

export interface WitnessDeps {
  readonly log: Logger;
  readonly programs?: Programs;
  readonly tcp?: TcpProbe;
  /** Where the kernel tells of routes and neighbours; /proc/net where it is not given. */
  readonly net?: string;
}

type Ask = Witness['ask'];

/**
 * Witnesses by their names: `tcp://host:port` (an open port or a refusal), `ping://host` (any sign
 * of life) and `gateway` (the router of the default route). Throws `invalid_input` for other names.
 */
export function createWitnesses(specs: readonly string[], deps: WitnessDeps): Witness[] {
  const { log, tcp = createTcpProbe(), programs = createPrograms({ log }) } = deps;
  const signsOfLife = createSignsOfLife({ tcp, programs });
  return [...new Set(specs)].map((name) => ({
    name,
    ask: name === 'gateway' ? gateway(signsOfLife, deps.net ?? '/proc/net') : asker(name),
  }));

  function asker(name: string): Ask {
    const { protocol, hostname, port } = URL.canParse(name)
      ? new URL(name)
      : { protocol: '', hostname: '', port: '' };
    const host = hostname.replace(/^\[|\]$/g, '');
    if (protocol === 'tcp:' && host !== '' && port !== '') {
      return async ({ deadlineMs: timeoutMs, signal }) =>
        (await tcp.probe(host, Number(port), { timeoutMs, signal })) !== 'filtered';
    }
    if (protocol === 'ping:' && host !== '') return (bounds) => signsOfLife(host, bounds);
    throw new OpsError('invalid_input', `"${name}" is no witness.`, {
      hint: 'A witness is tcp://host:port, ping://host or gateway.',
    });
  }
}

/** Asking it also makes the kernel look whether the neighbour it remembers is still there. */
function gateway(signsOfLife: SignsOfLife, net: string): Ask {
  return async (bounds) => {
    const address = defaultGateway(await text(`${net}/route`));
    if (address === null) return false;
    if (await signsOfLife(address, bounds)) return true;
    return hasNeighbour(await text(`${net}/arp`), address);
  };
}

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
