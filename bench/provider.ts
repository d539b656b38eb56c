import { createMemoryMachines } from '#simulators/time4vps/in-memory.ts';
import type { MachineBackend } from '#simulators/time4vps/machines.ts';
import { createTime4VpsSimulator } from '#simulators/time4vps/simulator.ts';

const LOGIN = { login: 'bench@example.net', password: 'simulated-password' };

/** A simulated Time4VPS over HTTP and the agent's settings for it. */
export async function startProvider({
  machines = createMemoryMachines(),
  servers = 0,
  taskMs = 200,
}: {
  readonly machines?: MachineBackend;
  /** In the account from the start, numbered from 1001. */
  readonly servers?: number;
  readonly taskMs?: number;
}) {
  const sim = createTime4VpsSimulator({ machines, credentials: LOGIN, log: () => {}, taskMs });
  const { url } = await sim.start();
  const ids: number[] = [];
  for (let i = 0; i < servers; i++) ids.push((await sim.addServer()).id);
  return {
    sim,
    ids,
    env: {
      TIME4VPS_BASE_URL: url,
      TIME4VPS_LOGIN: LOGIN.login,
      TIME4VPS_PASSWORD: LOGIN.password,
      TIME4VPS_MANAGED_SERVER_IDS: ids.join(','),
      PASSWORD_RESET_POLL_INTERVAL: '1',
    },
  };
}
