import { generateKeyPairSync } from 'node:crypto';
import { describeKey } from '#adapters/keys.ts';
import type { Witness } from '#domain/health/probes.ts';
import { createSimFleet } from '#simulators/fleet/fleet.ts';
import { quietLog } from '../builders/quiet-log.ts';
import { type ChaosAccount, createAccount } from './accounts.ts';
import { createChaosClock } from './chaos-clock.ts';
import { createFleetPlaybooks } from './playbooks.ts';
import { createChaosProbes } from './probes.ts';
import { createRecordingTelegram } from './telegram.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const KEY = describeKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());

export interface ChaosServer {
  readonly id: number;
  readonly handle: string;
  readonly address: string;
  readonly account: string;
  readonly region: string;
}

export interface WorldOptions {
  readonly servers: number;
  readonly accounts?: number;
  readonly regions?: number;
  /** Servers of one /24. */
  readonly perSubnet?: number;
  readonly start?: Date;
}

/** One number in twenty thousand and some: simulators side by side get networks of their own. */
let networks = 0;
const WITNESSES = ['provider', 'telegram', 'gateway', 'dns-1', 'dns-2'];
const START = new Date('2026-03-02T08:00:00Z');

/** All that is not the agent: servers behind SSH, providers behind HTTP, Telegram, the network. */
export async function createWorld(options: WorldOptions) {
  const { servers: count, accounts: accountCount = 5, regions = 4, perSubnet = 25 } = options;
  const clock = createChaosClock(options.start ?? START);
  const startedAt = clock.now().getTime();
  const log = quietLog();
  // The servers' own clocks are right, whatever happens to the agent's.
  const fleet = createSimFleet({
    clock: {
      now: () => startedAt + clock.elapsed,
      sleep: (ms, signal) => clock.aside.sleep(ms, signal),
    },
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
  });
  const octet = 60 + (networks++ % 60);
  const servers: ChaosServer[] = Array.from({ length: count }, (_, at) => {
    const subnets = Math.ceil(count / perSubnet);
    const id = 1001 + at;
    const address = `127.${octet}.${at % subnets}.${1 + Math.floor(at / subnets)}`;
    const account = `account-${Math.floor(at / subnets) % accountCount}`;
    return { id, handle: `vps-${id}`, address, account, region: `region-${at % regions}` };
  });
  for (const { address, id } of servers) {
    fleet.add(address, { id: String(id), authorizedKeys: [KEY.publicKey] });
  }
  await fleet.start();
  const network = { up: true };
  const isReachable = () => network.up;
  const accounts: ChaosAccount[] = [];
  for (const name of new Set(servers.map(({ account }) => account))) {
    const own = servers.filter(({ account }) => account === name);
    accounts.push(await createAccount(name, own, { fleet, clock, log, isReachable }));
  }
  const witnesses: Witness[] = WITNESSES.map((name) => ({
    name,
    async ask({ deadlineMs }) {
      await clock.sleep(network.up ? 10 : deadlineMs);
      return network.up;
    },
  }));
  const server = (id: number): ChaosServer => {
    const found = servers.find((one) => one.id === id);
    if (found === undefined) throw new Error(`there is no server ${id}`);
    return found;
  };
  return {
    ...{ clock, log, fleet, servers, server, accounts, witnesses },
    telegram: createRecordingTelegram(clock, isReachable),
    playbooks: createFleetPlaybooks(fleet, clock),
    probes: createChaosProbes(fleet, clock, log),
    /** The monitor's own network. */
    async setNetwork(up: boolean): Promise<void> {
      network.up = up;
      for (const { address } of servers) {
        await fleet.change(address, { path: up ? 'open' : 'cut' });
      }
    },
    account(name: string): ChaosAccount {
      const found = accounts.find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no account ${name}`);
      return found;
    },
    async close(): Promise<void> {
      for (const { sim } of accounts) await sim.stop();
      fleet.close();
    },
  };
}
export type World = Awaited<ReturnType<typeof createWorld>>;
