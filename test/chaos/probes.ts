import { createSsh } from '#adapters/ssh/index.ts';
import { createHostProbe } from '#adapters/ssh/pool.ts';
import type { HostProbe, OutsideProbe } from '#domain/health/probes.ts';
import type { Logger } from '#domain/ports.ts';
import type { Ssh, TcpProbe } from '#domain/remote.ts';
import type { SimFleet } from '#simulators/fleet/fleet.ts';
import { createFleetView } from '#simulators/fleet/view.ts';
import type { ChaosClock } from './chaos-clock.ts';

/** Real time until a host that swallows packets is given up, instead of the seconds asked for. */
const SILENT_MS = 40;
/** Real time that one which does answer may take: as long as a busy machine needs. */
const PATIENT_MS = 30_000;

/**
 * The product's own SSH, with deadlines that suit a virtual clock. A socket cannot wait in virtual
 * time; so a look at a host that will never answer is cut short in real time, and what it would
 * have taken passes in virtual time instead. For hosts that answer the deadline is out of the way:
 * how busy the machine of the suite is decides nothing.
 */
export function createChaosProbes(fleet: SimFleet, clock: ChaosClock, log: Logger) {
  const isSilent = (address: string): boolean => {
    const { net, path } = fleet.at(address).state;
    return path === 'cut' || net === 'swallow';
  };
  const bounds = (address: string) => (isSilent(address) ? SILENT_MS : PATIENT_MS);
  const real = createHostProbe({ log, clock, limits: { handshakesPerSecond: 1e6 } });
  const ssh = createSsh({ log });
  const view = createFleetView(fleet);

  async function timed<T>(
    what: string,
    address: string,
    { ms, signal }: { ms: number; signal: AbortSignal },
    work: (deadlineMs: number) => Promise<T>,
  ): Promise<T> {
    const silent = isSilent(address);
    const result = await clock
      .busy(`${what} ${address}`, () => work(bounds(address)))
      .then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error;
        },
      );
    if (silent) await clock.sleep(ms, signal);
    return result();
  }

  const hosts: HostProbe = {
    check: (target, { fresh, deadlineMs, signal }) =>
      timed('check', target.host, { ms: deadlineMs, signal }, (deadline) =>
        real.check(target, { fresh, deadlineMs: deadline, signal }),
      ),
    drop: (handle) => real.drop(handle),
    get kept() {
      return real.kept;
    },
    close: () => real.close(),
  };
  const shell: Ssh = {
    probe: (target, { timeoutMs, signal }) =>
      timed('login', target.host, { ms: timeoutMs, signal }, (deadline) =>
        ssh.probe(target, { timeoutMs: deadline, signal }),
      ),
    run: (target, argv, options) =>
      timed('ssh', target.host, { ms: options.timeoutMs, signal: options.signal }, (deadline) =>
        ssh.run(target, argv, { ...options, timeoutMs: deadline }),
      ),
  };
  const tcp: TcpProbe = {
    probe: (host, port, { timeoutMs, signal }) =>
      timed('tcp', host, { ms: timeoutMs, signal }, () =>
        view.tcp.probe(host, port, { timeoutMs, signal }),
      ),
  };
  const outside: OutsideProbe = {
    ping: (address, options) =>
      timed('ping', address, { ms: options.deadlineMs, signal: options.signal }, () =>
        view.outside.ping(address, options),
      ),
    service: (address, check, options) =>
      timed('service', address, { ms: options.deadlineMs, signal: options.signal }, () =>
        view.outside.service(address, check, options),
      ),
  };
  return { hosts, ssh: shell, tcp, outside };
}
export type ChaosProbes = ReturnType<typeof createChaosProbes>;
