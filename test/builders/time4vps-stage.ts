import { createClock } from '#adapters/clock.ts';
import { createHttpFactory } from '#adapters/http.ts';
import type { HttpFactory } from '#domain/ports.ts';
import { time4vps } from '#providers/time4vps/index.ts';
import { createMemoryMachines } from '#simulators/time4vps/in-memory.ts';
import { createTime4VpsSimulator } from '#simulators/time4vps/simulator.ts';
import { quietLog } from './quiet-log.ts';

export const LOGIN = 'ann@example.org';
export const PASSWORD = 'account-password-1';
const STARTS = new Set(['reset_password', 'reinstall', 'reboot']);

/** The provider over real HTTP against the simulated API with machines in memory. */
export async function openTime4Vps(password = PASSWORD) {
  const machines = createMemoryMachines();
  const simulator = createTime4VpsSimulator({
    machines,
    credentials: { login: LOGIN, password: PASSWORD },
    log: () => {},
    taskMs: 4,
  });
  const server = await simulator.addServer({ label: 'first' });
  const { url } = await simulator.start();
  const log = quietLog();
  const real = createHttpFactory({ log });
  const deadlines: number[] = [];
  const http: HttpFactory = (settings) => {
    const send = real(settings);
    return (request) => {
      deadlines.push(request.timeoutMs);
      return send(request);
    };
  };
  const settings = time4vps.settings.parse({ login: LOGIN, password, baseUrl: url });
  const programs = { run: () => Promise.reject(new Error('no programs here')) };
  const ref = String(server.id);
  const given = [PASSWORD, server.password];
  const rootPassword = () => machines.machine(ref).password;
  return {
    provider: time4vps.create(settings, { http, programs, clock: createClock(), log }),
    simulator,
    ref,
    rootPassword,
    logged: () => log.lines.join('\n'),
    deadlines: () => deadlines,
    secrets: () => [...given, rootPassword()],
    // A refused start is on record without a task.
    starts: () =>
      simulator.records().filter(({ action, method, taskId }) => {
        return method === 'POST' && STARTS.has(action) && taskId !== undefined;
      }).length,
    close: () => simulator.stop(),
  };
}
export type Time4VpsHarness = Awaited<ReturnType<typeof openTime4Vps>>;
