import type { OutsideProbe } from '#domain/health/probes.ts';
import type { TcpProbe } from '#domain/remote.ts';
import type { SimFleet } from './fleet.ts';

/**
 * The fleet as packets from the agent meet it. Loopback cannot drop a packet: what TCP and ping
 * would see of a host comes from its state, what SSH sees from its socket.
 */
export function createFleetView(fleet: SimFleet): { outside: OutsideProbe; tcp: TcpProbe } {
  const stateAt = (address: string) => {
    const { net, path, sshd } = fleet.at(address).state;
    if (path === 'cut' || net === 'swallow') return 'filtered';
    if (net !== 'up') return net === 'refuse' ? 'refused' : 'hangup';
    return sshd === 'dead' ? 'no_ssh' : 'open';
  };
  const tcp: TcpProbe = {
    async probe(host, port, { signal }) {
      signal.throwIfAborted();
      const seen = stateAt(host);
      if (seen === 'filtered') return 'filtered';
      const listens = seen === 'open' || seen === 'hangup';
      return listens && port === fleet.port ? 'open' : 'refused';
    },
  };
  return {
    tcp,
    outside: {
      async ping(address, { signal }) {
        signal.throwIfAborted();
        const seen = stateAt(address);
        return seen !== 'filtered' && seen !== 'refused';
      },
      async service(address, _check, { signal }) {
        signal.throwIfAborted();
        const alive = stateAt(address) === 'open';
        const reason = alive ? 'takes connections' : 'no answer';
        return { state: alive ? 'ok' : 'failed', reason, latencyMs: 1, expiresAt: null };
      },
    },
  };
}
