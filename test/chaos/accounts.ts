import { createHttpFactory } from '#adapters/http.ts';
import { OpsError } from '#domain/errors.ts';
import type { HttpFactory, Logger } from '#domain/ports.ts';
import type { Provider } from '#domain/provider.ts';
import { time4vps } from '#providers/time4vps/index.ts';
import type { SimFleet } from '#simulators/fleet/fleet.ts';
import { createFleetMachines } from '#simulators/fleet/machines.ts';
import { createTime4VpsSimulator } from '#simulators/time4vps/simulator.ts';
import type { ChaosClock } from './chaos-clock.ts';

const LOGIN = { login: 'owner@example.org', password: 'simulated-password' };
const BOOT_MS = 20_000;
const TASK_MS = 8000;
/**
 * Real time: how long a call waits for an answer that comes, and while one never does. Answers that
 * come then as well still have time to, on a machine that is busy with other tests.
 */
const PATIENT_MS = 30_000;
const HANGING_MS = 3000;

/** One account of the simulated provider: its API over HTTP, and the product's own client of it. */
export async function createAccount(
  name: string,
  servers: readonly { readonly id: number; readonly address: string }[],
  world: {
    readonly fleet: SimFleet;
    readonly clock: ChaosClock;
    readonly log: Logger;
    readonly isReachable: () => boolean;
  },
) {
  const { fleet, clock, log } = world;
  const machines = createFleetMachines(fleet, { bootMs: BOOT_MS });
  for (const { id, address } of servers) machines.adopt(String(id), address, clock.now());
  const sim = createTime4VpsSimulator({
    ...{ machines: machines.backend, credentials: LOGIN, log: () => {}, taskMs: TASK_MS },
    clock: {
      now: () => clock.now().getTime(),
      sleep: (ms, signal) => clock.aside.sleep(ms, signal),
    },
  });
  const { url } = await sim.start();
  const hangs = () => sim.faults.list().some((fault) => fault.name === 'hang');
  const factory = createHttpFactory({ log });
  const http: HttpFactory = (settings) => {
    const send = factory(settings);
    return async (request) => {
      if (!world.isReachable()) throw new OpsError('unavailable', 'no route to the provider');
      const timeoutMs = hangs() ? HANGING_MS : PATIENT_MS;
      return clock.busy(`provider ${request.path}`, () => send({ ...request, timeoutMs }));
    };
  };
  const programs = {
    run: () => Promise.reject(new OpsError('unsupported', 'there are no programs here')),
  };
  const settings = time4vps.settings.parse({ ...LOGIN, baseUrl: url });
  const provider: Provider = time4vps.create(settings, { http, programs, clock, log });
  return { name, providerId: time4vps.id, provider, pace: time4vps.pace, sim, servers };
}
export type ChaosAccount = Awaited<ReturnType<typeof createAccount>>;
