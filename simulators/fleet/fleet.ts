import { randomInt } from 'node:crypto';
import { checkAnswer, isCheck } from './check-answer.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { healed, netAfterBoot } from './healing.ts';
import {
  bareKey,
  type FleetOptions,
  HEALTHY,
  type HostState,
  type NewHost,
  newBootId,
  type Remedy,
  realClock,
  type SimHost,
  type Trouble,
} from './host.ts';
import { createHostKeys } from './host-keys.ts';
import { runProgram } from './programs.ts';
import { createSshRecords } from './records.ts';

type Changing<T> = { -readonly [K in keyof T]: T[K] };
interface Machine extends Changing<SimHost> {
  state: HostState;
  authorizedKeys: Set<string>;
  endpoint: Endpoint;
  key: number;
  troubles: Trouble[];
}

const KEYS = 8;
const never = new AbortController().signal;

/**
 * Simulated servers, each a real SSH endpoint at a loopback address of its own (127.x.y.z, one port
 * for all).
 *
 * - `add` names a host and the keys it takes; `start` opens the ports; `close` ends everything.
 * - `change` sets what a host is like (host.ts: net, path, sshd, logins, slowMs, garbled, docker,
 *   disk, ...); `break` does so until a remedy comes (`heal`, `reboot`, `wipe`, `setPassword`);
 *   `mend` ends all that is wrong.
 * - `records` is everything SSH saw: logins and commands one by one, checks counted.
 * - machines.ts: its hosts as machines of the simulated Time4VPS; view.ts: what TCP and ping of the
 *   agent meet.
 */
export function createSimFleet(options: FleetOptions = {}) {
  const clock = options.clock ?? realClock;
  const pause = options.pause ?? ((ms: number) => clock.sleep(ms, never));
  const port = options.port ?? randomInt(20_000, 32_000);
  const machines = new Map<string, Machine>();
  const keyAt = createHostKeys(KEYS);
  const records = createSshRecords(clock.now);

  const at = (address: string): Machine => {
    const machine = machines.get(address);
    if (machine === undefined) throw new Error(`no simulated host at ${address}`);
    return machine;
  };
  const heard = ({ state }: Machine) => state.net === 'up' && state.path === 'open';
  const hangsUp = ({ state }: Machine) => state.net === 'hangup' && state.path === 'open';

  /** Sockets follow the state. */
  async function settle(machine: Machine): Promise<void> {
    const { endpoint, state } = machine;
    const closed = state.path === 'open' && (state.net === 'refuse' || state.sshd === 'dead');
    if (closed) endpoint.deafen();
    else await endpoint.listen();
    if (state.net === 'refuse' || hangsUp(machine)) endpoint.hangUp();
    else if (heard(machine)) endpoint.thaw();
    else endpoint.freeze();
  }

  async function change(address: string, changes: Partial<HostState>): Promise<void> {
    const machine = at(address);
    machine.state = { ...machine.state, ...changes };
    await settle(machine);
  }

  function add(address: string, given: NewHost): SimHost {
    const key = machines.size;
    const machine: Machine = {
      ...{ address, id: given.id, state: { ...HEALTHY, ...given.state } },
      ...{ bootId: newBootId(), bootedAt: clock.now(), key, hostKey: keyAt(key), troubles: [] },
      rootPassword: given.rootPassword ?? '',
      authorizedKeys: new Set((given.authorizedKeys ?? []).map(bareKey)),
      endpoint: createEndpoint(address, port, keyAt(key).privateKey, {
        greets: () => (heard(machine) ? 'serve' : hangsUp(machine) ? 'hangup' : 'silence'),
        methods: () => (machine.state.passwordLogin ? ['publickey', 'password'] : ['publickey']),
        admits(credential) {
          if (machine.state.logins === 'refused') return false;
          if ('publicKey' in credential) return machine.authorizedKeys.has(credential.publicKey);
          return machine.state.passwordLogin && credential.password === machine.rootPassword;
        },
        run: (command) => run(machine, command),
        on(what, text) {
          if (what === 'connection') records.connection(address);
          else if (what === 'login') records.login(address, text);
          else records.refusal(address, text);
        },
      }),
    };
    machines.set(address, machine);
    return machine;
  }

  async function run(machine: Machine, command: string) {
    if (!heard(machine)) return null;
    const check = isCheck(command);
    if (check) {
      records.check(machine.address);
      options.onCheck?.(machine.address);
    } else records.command(machine.address, command);
    if (machine.state.slowMs > 0) await pause(machine.state.slowMs);
    if (check) return { code: 0, stdout: checkAnswer(machine, clock.now()) };
    return runProgram(command, machine, {
      port,
      neighbour,
      restarted: () => void heal(machine.address, 'restart'),
    });
  }

  function neighbour(address: string): 'open' | 'refused' | 'filtered' {
    const seen = machines.get(address)?.state;
    if (seen === undefined || seen.net === 'swallow') return 'filtered';
    return seen.net === 'refuse' || seen.sshd === 'dead' ? 'refused' : 'open';
  }

  /** A trouble begins; what was like it before comes back with its remedy. */
  async function break_(address: string, trouble: Trouble): Promise<void> {
    const machine = at(address);
    machine.troubles.push(trouble);
    if (trouble.losesKeys) machine.authorizedKeys.clear();
    await change(address, trouble.effects);
  }

  /** Ends what this remedy, or a gentler one, ends; the rest goes on. */
  async function heal(address: string, remedy: Remedy): Promise<void> {
    const machine = at(address);
    const { state, troubles } = healed(machine.state, machine.troubles, remedy);
    machine.troubles = troubles;
    await change(address, state);
  }

  return {
    port,
    records,
    keyAt,
    add,
    at: (address: string): SimHost => at(address),
    hosts: (): readonly SimHost[] => [...machines.values()],
    change,
    break: break_,
    heal,
    neighbour,
    /** Everything that was wrong is over, whatever it needed. */
    async mend(address: string): Promise<void> {
      const machine = at(address);
      machine.troubles = [];
      await change(address, { ...HEALTHY, passwordLogin: machine.state.passwordLogin });
    },
    /** Off and on: what stood ends, another boot, the same disk. */
    async reboot(address: string, downMs: number): Promise<void> {
      const machine = at(address);
      machine.endpoint.hangUp();
      await change(address, { net: 'refuse' });
      await clock.sleep(downMs, never);
      Object.assign(machine, { bootId: newBootId(), bootedAt: clock.now() });
      await change(address, { net: netAfterBoot(machine.troubles) });
      await heal(address, 'reboot');
    },
    setPassword(address: string, rootPassword: string, passwordLogin: boolean): Promise<void> {
      at(address).rootPassword = rootPassword;
      return change(address, { passwordLogin });
    },
    authorize: (address: string, key: string) => void at(address).authorizedKeys.add(bareKey(key)),
    /** A new disk: another host key, no keys, one password. */
    async wipe(address: string, rootPassword: string): Promise<void> {
      const machine = at(address);
      machine.endpoint.hangUp();
      const key = machine.key + 1;
      Object.assign(machine, { key, hostKey: keyAt(key), rootPassword });
      Object.assign(machine, { bootId: newBootId(), bootedAt: clock.now() });
      machine.authorizedKeys.clear();
      machine.endpoint.useKey(keyAt(key).privateKey);
      await heal(address, 'reinstall');
      await change(address, { passwordLogin: true, docker: 'absent', firewall: false });
    },
    /** Opens all ports. */
    async start(): Promise<void> {
      for (const machine of machines.values()) await settle(machine);
    },
    close(): void {
      for (const { endpoint } of machines.values()) {
        endpoint.deafen();
        endpoint.hangUp();
      }
    },
  };
}
export type SimFleet = ReturnType<typeof createSimFleet>;
