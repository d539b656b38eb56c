import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tailOf, writePrivately } from '#app/embedded/files.ts';
import { createSimControl, type SimControl } from '../time4vps/control-client.ts';
import type { Settings } from '../time4vps/settings.ts';
import { type Child, type Starting, startChild } from './child.ts';

export interface DemoProvider {
  readonly child: Child;
  readonly control: SimControl;
  /** The agent's settings for this provider. */
  readonly env: Readonly<Record<string, string>>;
}

/** Long enough to be seen, far below a real provider's minutes. */
const TASK_MS = 3_000;
const READY_MS = 180_000;
/** When the demo is killed: hosts that vanish under a running playbook would count as failures. */
const AGENT_ENDING_MS = 32_000;

/** Starts the simulated Time4VPS; its hosts are switched on with it, and off when it ends. */
export async function startProvider(
  { places, signal, started }: Starting,
  env: Readonly<Record<string, string>>,
): Promise<DemoProvider> {
  const secret = () => randomBytes(18).toString('base64url');
  const settings: Settings = {
    machines: 'containers',
    label: places.label,
    login: 'demo@example.net',
    password: secret(),
    controlToken: secret(),
    port: 0,
    taskMs: TASK_MS,
    firstId: 1001,
    servers: 0,
    removeMachines: false,
    sleepMachines: true,
    exitWithParent: true,
    lingerMs: AGENT_ENDING_MS,
  };
  await writePrivately(places.providerSettings, JSON.stringify(settings));
  const log = await open(places.providerLog, 'a', 0o600);
  const script = join(import.meta.dirname, '..', 'time4vps', 'main.js');
  const child = startChild(script, [places.providerSettings], {
    env: { ...env },
    stdio: ['pipe', 'pipe', log.fd],
  });
  await log.close();
  await started(child);
  try {
    const { url, controlUrl } = await addresses(child, signal);
    return {
      child,
      control: createSimControl({ controlUrl, token: settings.controlToken, signal }),
      env: {
        TIME4VPS_BASE_URL: url,
        TIME4VPS_LOGIN: settings.login,
        TIME4VPS_PASSWORD: settings.password,
      },
    };
  } catch (error) {
    await child.stop(30_000);
    signal.throwIfAborted();
    throw new Error(`The simulated Time4VPS did not start.\n${await tailOf(places.providerLog)}`, {
      cause: error,
    });
  } finally {
    await rm(places.providerSettings, { force: true });
  }
}

/** The first line of its output says where it listens, or why it does not. */
async function addresses(child: Child, signal: AbortSignal) {
  const { stdout } = child.process;
  if (stdout === null) throw new Error('no output');
  const lines = createInterface({ input: stdout });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(READY_MS)]);
  const text = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.ended.then((how) => reject(new Error(how)));
    if (deadline.aborted) reject(deadline.reason);
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true });
  });
  const answer = JSON.parse(text) as { url?: string; controlUrl?: string; error?: string };
  if (!answer.url || !answer.controlUrl) throw new Error(answer.error ?? 'no address');
  return { url: answer.url, controlUrl: answer.controlUrl };
}
