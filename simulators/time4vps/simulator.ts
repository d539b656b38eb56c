import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimServer } from './account.ts';
import { createApi } from './api.ts';
import { createCalls, reply } from './calls.ts';
import { realClock, type SimClock } from './clock.ts';
import { CONTROL_PREFIX, createControl } from './control.ts';
import { createSwitchboard, type Switchboard } from './faults.ts';
import { createFleet, type NewServer } from './fleet.ts';
import type { MachineBackend } from './machines.ts';
import { newPassword } from './passwords.ts';
import { type CallRecord, createRecords } from './records.ts';
import { createTasks, type TaskSettings } from './tasks.ts';

export interface Time4VpsSimulator {
  /** Takes over the backend's machines, then listens on 127.0.0.1. `url` is the API's base. */
  start(options?: { port?: number; host?: string }): Promise<{ url: string; controlUrl: string }>;
  /** Ends tasks and connections. The machines stay unless told otherwise. */
  stop(options?: { removeMachines?: boolean }): Promise<void>;
  /** A newly bought server: it appears in the list at once. */
  addServer(options?: NewServer): Promise<{ id: number; ip: string; password: string }>;
  removeServer(id: number, options?: { keepMachine?: boolean }): Promise<void>;
  servers(): readonly SimServer[];
  readonly faults: Switchboard;
  records(since?: number): readonly CallRecord[];
  readonly settings: TaskSettings;
  /** Resolves when no task is running. */
  idle(): Promise<void>;
  readonly controlToken: string;
}

const MAX_BODY = 256 * 1024;

/**
 * The provider's HTTP API, with its shapes, its tasks and its faults. Reset, reinstall and reboot
 * really happen to the backend's machines.
 */
export function createTime4VpsSimulator({
  machines,
  credentials,
  log,
  clock = realClock,
  taskMs = 2_000,
  firstId = 1001,
  controlToken = randomBytes(24).toString('base64url'),
}: {
  machines: MachineBackend;
  credentials: { readonly login: string; readonly password: string };
  log: (message: string, details?: Record<string, unknown>) => void;
  clock?: SimClock;
  taskMs?: number;
  firstId?: number;
  controlToken?: string;
}): Time4VpsSimulator {
  const closing = new AbortController();
  const { signal } = closing;
  const settings: TaskSettings = {
    ...{ taskMs, passwordForm: 'plain', reinstallPassword: true, rebootStartsStopped: true },
  };
  const faults = createSwitchboard();
  const records = createRecords(clock.now);
  const fleet = createFleet({ machines, firstId, now: clock.now });
  const tasks = createTasks({ machines, faults, records, settings, clock, signal });
  const api = createApi({ fleet, tasks, machines, faults });
  const call = createCalls({ api, credentials, faults, records, clock, signal });
  const control = createControl({
    ...{ token: controlToken, fleet, machines, faults, records, settings, signal },
  });

  const server = createServer((request, response) => {
    const handle = async () => {
      const url = new URL(request.url ?? '/', 'http://simulator');
      const body = await read(request);
      if (url.pathname.startsWith(`${CONTROL_PREFIX}/`)) {
        return control(request, response, url, body);
      }
      if (url.pathname.startsWith('/api/')) {
        return call(request, response, url.pathname.slice('/api'.length), body);
      }
      return reply(response, 404, '{"error":["Not found"]}');
    };
    handle().catch((error: unknown) => {
      if (!signal.aborted) log('the simulator failed to answer', { error: String(error) });
      request.socket.destroy();
    });
  });

  return {
    faults,
    settings,
    controlToken,
    records: records.list,
    servers: fleet.list,
    idle: tasks.idle,
    async start({ port = 0, host = '127.0.0.1' } = {}) {
      await fleet.adopt(signal);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      const { port: bound } = server.address() as AddressInfo;
      const origin = `http://${host}:${bound}`;
      log('simulated Time4VPS is ready', { url: `${origin}/api`, servers: fleet.list().length });
      return { url: `${origin}/api`, controlUrl: `${origin}${CONTROL_PREFIX}` };
    },
    async stop({ removeMachines = false } = {}) {
      closing.abort(new Error('the simulator is closing'));
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await tasks.idle(); // their processes have been told to end
      if (removeMachines) await machines.removeAll(AbortSignal.timeout(180_000));
    },
    async addServer(options = {}) {
      const password = options.password ?? newPassword('plain');
      const { id, ip } = await fleet.add({ ...options, password }, signal);
      log('a server was bought', { server_id: id, ip });
      return { id, ip, password };
    },
    removeServer: (id, { keepMachine = false } = {}) => fleet.remove(id, keepMachine, signal),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Error('the body is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
