import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '#app/places.ts';
import { type Agent, createAgent } from '../agent.ts';
import { type Figure, median } from '../figure.ts';
import { addressTowards, createBenchHosts } from '../hosts.ts';
import { startProvider } from '../provider.ts';

const PAIRS = 3;
const PASSWORD = 'bench-Password-1';
const DRIVER = 'vfs';
/** Looks for the end: the answers to more of them would take processor time from the work itself. */
const LOOK_MS = 1000;
/** Steps that wait for the provider to work. */
const WAITS = new Set(['reinstall', 'reset-password']);

type BenchHosts = Awaited<ReturnType<typeof createBenchHosts>>;
interface Operation {
  readonly status: string;
  readonly error: unknown;
  readonly created_at: string;
  readonly finished_at: string;
  readonly steps: readonly { step: string; started_at: string; finished_at: string | null }[];
}

/** A whole provisioning by the agent against the same installs and settings by one shell script. */
export const provisionOverhead: Figure = {
  name: 'provision_overhead_ratio',
  unit: '',
  target: 1.3,
  peer: 'bench/provision-bare.sh over one SSH connection is 1',
  realHosts: true,
  async measure(say, signal) {
    const stage = await createBenchHosts('bench-overhead');
    const provider = await startProvider({ machines: stage.machines, taskMs: 1000 });
    const agent = await createAgent(
      [process.execPath, join(root, 'dist', 'app', 'main.js')],
      {
        ...provider.env,
        SYNC_INTERVAL: '10',
        DOCKER_SOURCE: 'distribution',
        DOCKER_STORAGE_DRIVER: DRIVER,
      },
      signal,
    );
    try {
      await agent.start();
      // Not counted: what a lane leaves to the disk slows the one behind it (ext4 passes over inodes
      // deleted within the last minute), so the first one that counts has one before it as well.
      say(`warm-up: script ${(await provisionByScript('warm-up', stage, signal)).toFixed(1)} s`);
      const ours: Provisioning[] = [];
      const bare: number[] = [];
      for (let pair = 1; pair <= PAIRS; pair++) {
        const byAgent = async () => ours.push(await provisionByAgent(agent, provider.sim, stage));
        const byScript = async () =>
          bare.push(await provisionByScript(`bare-${pair}`, stage, signal));
        // Alternating, so that a warming cache or a busier machine favours neither.
        for (const run of pair % 2 === 1 ? [byAgent, byScript] : [byScript, byAgent]) await run();
        const [mine, script] = [ours.at(-1), bare.at(-1)];
        say(`agent: ${mine?.steps}`);
        say(
          `pair ${pair}: agent ${mine?.work.toFixed(1)} s (and ${mine?.waits.toFixed(1)} s of provider), script ${script?.toFixed(1)} s`,
        );
      }
      const ratios = ours.map(({ work }, at) => work / (bare[at] ?? Number.NaN));
      const waits = ours.map((one) => one.waits);
      const seconds = ours.map(({ work }) => work.toFixed(1)).join(', ');
      return {
        value: median(ratios),
        samples: ratios,
        conditions: `fresh Debian 12 hosts in containers, Docker of the distribution, upgrade on, ${PAIRS} alternating pairs; the agent's ${seconds} s (checkpoints and verification from outside included) against ${bare.map((s) => s.toFixed(1)).join(', ')} s; left out: ${median(waits).toFixed(1)} s of waiting for the provider's reset`,
      };
    } finally {
      await agent.remove();
      await provider.sim.stop({ removeMachines: true });
      await stage.remove();
    }
  },
};

interface Provisioning {
  /** Seconds without the waits for the provider, and those waits. */
  readonly work: number;
  readonly waits: number;
  /** Where the time went, for people. */
  readonly steps: string;
}

async function provisionByAgent(
  agent: Agent,
  sim: Awaited<ReturnType<typeof startProvider>>['sim'],
  stage: BenchHosts,
): Promise<Provisioning> {
  const { id } = await sim.addServer({ password: PASSWORD });
  await stage.ready(String(id));
  const path = `/api/servers/vps-${id}`;
  await agent.until(`vps-${id} to be discovered`, 60, async () => {
    return (await agent.api('GET', path)).status === 200;
  });
  await agent.api('PATCH', path, { care: 'managed' });
  type Accepted = { operation: { id: string } };
  const { status, body } = await agent.api<Accepted>('POST', `${path}/provision`);
  if (status !== 202) throw new Error(`provision answered ${status}: ${JSON.stringify(body)}`);
  const look = async () => {
    const { body: now } = await agent.api<Operation>('GET', `/api/operations/${body.operation.id}`);
    return now.finished_at !== null && now;
  };
  const operation = await agent.until('the provisioning to end', 900, look, LOOK_MS);
  if (operation.status !== 'succeeded') throw new Error(JSON.stringify(operation.error));
  const waits = operation.steps
    .filter(({ step }) => WAITS.has(step))
    .reduce((sum, one) => sum + between(one.started_at, one.finished_at ?? one.started_at), 0);
  const steps = operation.steps
    .map((one) => ({ ...one, took: between(one.started_at, one.finished_at ?? one.started_at) }))
    .filter(({ took }) => took >= 0.5)
    .map(({ step, took }) => `${step} ${took.toFixed(1)}`);
  const work = between(operation.created_at, operation.finished_at) - waits;
  return { work, waits, steps: steps.join(', ') };
}

async function provisionByScript(
  id: string,
  stage: BenchHosts,
  signal: AbortSignal,
): Promise<number> {
  const { ip } = await stage.hosts.create(id, { password: PASSWORD });
  await stage.ready(id);
  const env = {
    PATH: process.env.PATH,
    SSHPASS: PASSWORD,
    KNOWN_HOSTS: await stage.knownHosts(ip, await stage.hostKey(id)),
    STORAGE_DRIVER: DRIVER,
    AGENT_ADDRESS: await addressTowards(ip),
    // The provider names its servers, and the agent gives them that name.
    HOST_NAME: id,
  };
  const script = join(root, 'bench', 'provision-bare.sh');
  const from = performance.now();
  await promisify(execFile)('bash', [script, ip, `${stage.keyFile}.pub`], {
    env,
    timeout: 900_000,
    signal,
    maxBuffer: 64 * 1024 * 1024,
  });
  return (performance.now() - from) / 1000;
}

const between = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000;
