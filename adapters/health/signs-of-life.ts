import { isIP } from 'node:net';
import { OpsError } from '#domain/errors.ts';
import type { Programs } from '#domain/ports.ts';
import type { TcpProbe } from '#domain/remote.ts';
import { abortError } from '../abort.ts';

interface Bounds {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Whether a host answers at all: to a TCP connection, also by refusing it, or to ping. Throws
 * `invalid_input` for what is no address, and when the signal is aborted.
 */
export type SignsOfLife = (address: string, bounds: Bounds) => Promise<boolean>;

const PORTS = [22, 80, 443] as const;
/** Ping costs a process: it is asked only where TCP has not answered by then. */
const HEAD_START_MS = 300;
/** How long a ping program that does not work here is left alone. */
const PING_REST_MS = 600_000;

export function createSignsOfLife(deps: {
  readonly tcp: TcpProbe;
  readonly programs: Programs;
}): SignsOfLife {
  let pingFrom = 0;

  async function ping(address: string, { deadlineMs, signal }: Bounds): Promise<boolean> {
    if (performance.now() < pingFrom) return false;
    const seconds = String(Math.max(1, Math.ceil(deadlineMs / 1000)));
    const argv = ['ping', '-n', '-q', '-c', '1', '-W', seconds, '-w', seconds, address] as const;
    try {
      const options = { timeoutMs: deadlineMs, maxOutputBytes: 4096, signal };
      const { code, stderr } = await deps.programs.run(argv, options);
      if (/permitted|permission/i.test(stderr)) pingFrom = performance.now() + PING_REST_MS;
      return code === 0;
    } catch {
      // Not installed: TCP alone has to do.
      if (!signal.aborted) pingFrom = performance.now() + PING_REST_MS;
      return false;
    }
  }

  return (address, { deadlineMs, signal }) => {
    const what = `Signs of life of ${address}`;
    if (signal.aborted) return Promise.reject(abortError(signal, what));
    if (!isAddress(address)) {
      return Promise.reject(new OpsError('invalid_input', `"${address}" is no address.`));
    }
    return new Promise((resolve, reject) => {
      const rest = new AbortController();
      const end = (settle: () => void): void => {
        clearTimeout(deadline);
        clearTimeout(headStart);
        signal.removeEventListener('abort', onAbort);
        settle();
        // Whatever still waits for an answer waits in vain.
        rest.abort();
      };
      const onAbort = () => end(() => reject(abortError(signal, what)));
      signal.addEventListener('abort', onAbort, { once: true });

      let asked = PORTS.length + 1;
      let pinging = false;
      const heard = (alive: boolean): void => {
        asked--;
        if (alive) end(() => resolve(true));
        else if (asked === 0) end(() => resolve(false));
        else if (asked === 1) startPing();
      };
      const startPing = (): void => {
        if (pinging || rest.signal.aborted) return;
        pinging = true;
        void ping(address, { deadlineMs, signal: rest.signal }).then(heard);
      };
      const headStart = setTimeout(startPing, Math.min(HEAD_START_MS, deadlineMs / 2));
      const deadline = setTimeout(() => end(() => resolve(false)), deadlineMs);
      for (const port of PORTS) {
        deps.tcp.probe(address, port, { timeoutMs: deadlineMs, signal: rest.signal }).then(
          (answer) => heard(answer !== 'filtered'),
          () => heard(false),
        );
      }
    });
  };
}

/** A name or an address, nothing that a program could take for an option. */
const isAddress = (text: string): boolean =>
  isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\.?$/i.test(text);
