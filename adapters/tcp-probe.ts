import { connect } from 'node:net';
import type { TcpProbe } from '#domain/remote.ts';
import { abortError } from './abort.ts';

/**
 * Opens one TCP connection and closes it at once. `refused`: the host answered with a reset;
 * `filtered`: no answer before the deadline, or the network said that there is no way.
 */
export function createTcpProbe(): TcpProbe {
  return {
    probe(host, port, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(abortError(signal, `Probe of port ${port}`));
          return;
        }
        const socket = connect({ host, port });
        const timer = setTimeout(() => end('filtered'), timeoutMs);
        const onAbort = () => {
          end(null);
          reject(abortError(signal, `Probe of port ${port}`));
        };
        const end = (outcome: 'open' | 'refused' | 'filtered' | null) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          socket.destroy();
          if (outcome !== null) resolve(outcome);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        socket.once('connect', () => end('open'));
        socket.on('error', (error: NodeJS.ErrnoException) => {
          end(
            error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' ? 'refused' : 'filtered',
          );
        });
      });
    },
  };
}
