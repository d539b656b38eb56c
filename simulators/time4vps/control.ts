import type { IncomingMessage, ServerResponse } from 'node:http';
import { equal, parse, reply } from './calls.ts';
import { ACTIONS, FAULTS, type FaultSpec, type Switchboard } from './faults.ts';
import type { Fleet, NewServer } from './fleet.ts';
import { type MachineBackend, MISHAPS } from './machines.ts';
import { newPassword, PASSWORD_FORMS } from './passwords.ts';
import type { Records } from './records.ts';
import type { TaskSettings } from './tasks.ts';

export const CONTROL_PREFIX = '/__sim';

/** A mistake of the one who drives the simulator; its text goes back to him. */
class ControlError extends Error {}

type Body = Record<string, unknown>;
type Handler = (params: string[], body: Body, query: URLSearchParams) => Promise<unknown> | unknown;

/** The simulator's own switches, for other processes. Bearer token; JSON in and out. */
export function createControl({
  token,
  fleet,
  machines,
  faults,
  records,
  settings,
  signal,
}: {
  token: string;
  fleet: Fleet;
  machines: MachineBackend;
  faults: Switchboard;
  records: Records;
  settings: TaskSettings;
  signal: AbortSignal;
}) {
  const server = (id: string | undefined) => {
    const found = fleet.get(Number(id));
    if (found === undefined) throw new ControlError(`there is no server ${id}`);
    return found;
  };
  const routes: ReadonlyArray<readonly [string, RegExp, Handler]> = [
    ['GET', /^\/health$/, () => ({ ok: true })],
    ['GET', /^\/servers$/, () => fleet.list().map(({ id, ip, meta }) => ({ id, ip, ...meta }))],
    [
      'POST',
      /^\/servers$/,
      async (_params, body) => {
        const options = serverOptions(body);
        const password = options.password ?? newPassword('plain');
        const { id, ip, meta } = await fleet.add({ ...options, password }, signal);
        return { id, ip, ...meta, password };
      },
    ],
    [
      'DELETE',
      /^\/servers\/(\d+)$/,
      async ([id], _body, query) => {
        await fleet.remove(server(id).id, query.has('keep_machine'), signal);
        return {};
      },
    ],
    [
      'POST',
      /^\/servers\/(\d+)\/(\w+)$/,
      async ([id, what]) => {
        const key = String(server(id).id);
        if (what === 'snapshot') return { image: await machines.snapshot(key, signal) };
        const mishap = MISHAPS.find((name) => name === what);
        if (mishap === undefined) throw new ControlError(`one of ${MISHAPS.join(', ')}, snapshot`);
        await machines.mishap(key, mishap, signal);
        return {};
      },
    ],
    ['GET', /^\/faults$/, () => faults.list()],
    ['POST', /^\/faults$/, (_params, body) => faults.set(faultSpec(body))],
    ['DELETE', /^\/faults$/, () => faults.clear() ?? {}],
    ['DELETE', /^\/faults\/(\d+)$/, ([id]) => faults.clear(Number(id)) ?? {}],
    ['GET', /^\/records$/, (_p, _b, query) => records.list(Number(query.get('since') ?? 0))],
    ['DELETE', /^\/records$/, () => records.clear() ?? {}],
    ['GET', /^\/settings$/, () => settings],
    ['PATCH', /^\/settings$/, (_params, body) => Object.assign(settings, taskSettings(body))],
  ];

  return async (request: IncomingMessage, response: ServerResponse, url: URL, text: string) => {
    const send = (status: number, body: unknown) => reply(response, status, JSON.stringify(body));
    if (!equal(request.headers.authorization ?? '', `Bearer ${token}`)) {
      return send(401, { error: 'token' });
    }
    const path = url.pathname.slice(CONTROL_PREFIX.length);
    for (const [method, pattern, handler] of routes) {
      const match = request.method === method ? pattern.exec(path) : null;
      if (!match) continue;
      try {
        const body = parse(text);
        if (body === undefined) throw new ControlError('the body is not a JSON object');
        return send(200, await handler(match.slice(1), body, url.searchParams));
      } catch (error) {
        const status = error instanceof ControlError ? 400 : 500;
        return send(status, { error: error instanceof Error ? error.message : String(error) });
      }
    }
    return send(404, { error: `no ${request.method} ${path}` });
  };
}

const optional = (body: Body, key: string, type: 'string' | 'number' | 'boolean') => {
  const value = body[key];
  if (value === undefined) return {};
  if (typeof value !== type) throw new ControlError(`${key} must be a ${type}`);
  return { [key]: value };
};

const known = (body: Body, keys: readonly string[]) => {
  const odd = Object.keys(body).filter((key) => !keys.includes(key));
  if (odd.length > 0)
    throw new ControlError(`unknown: ${odd.join(', ')}; known: ${keys.join(', ')}`);
};

function serverOptions(body: Body): NewServer {
  const strings = ['os', 'label', 'domain', 'image', 'password'];
  known(body, ['id', 'passwordLogin', ...strings]);
  return Object.assign(
    { ...optional(body, 'id', 'number'), ...optional(body, 'passwordLogin', 'boolean') },
    ...strings.map((key) => optional(body, key, 'string')),
  );
}

export function faultSpec(body: Body): FaultSpec {
  known(body, ['name', 'serverId', 'on', 'count', 'after', 'value']);
  const name = FAULTS.find((fault) => fault === body.name);
  if (name === undefined) throw new ControlError(`name must be one of ${FAULTS.join(', ')}`);
  const on = ACTIONS.find((action) => action === body.on);
  if (body.on !== undefined && on === undefined) {
    throw new ControlError(`on must be one of ${ACTIONS.join(', ')}`);
  }
  const kind = typeof body.value === 'number' ? 'number' : 'string';
  return {
    name,
    ...(on !== undefined && { on }),
    ...optional(body, 'serverId', 'number'),
    ...optional(body, 'count', 'number'),
    ...optional(body, 'after', 'number'),
    ...optional(body, 'value', kind),
  };
}

function taskSettings(body: Body): Partial<TaskSettings> {
  known(body, ['taskMs', 'passwordForm', 'reinstallPassword', 'rebootStartsStopped']);
  const form = body.passwordForm;
  const passwordForm = PASSWORD_FORMS.find((name) => name === form);
  if (form !== undefined && passwordForm === undefined) {
    throw new ControlError(`passwordForm must be one of ${PASSWORD_FORMS.join(', ')}`);
  }
  return {
    ...(passwordForm !== undefined && { passwordForm }),
    ...optional(body, 'taskMs', 'number'),
    ...optional(body, 'reinstallPassword', 'boolean'),
    ...optional(body, 'rebootStartsStopped', 'boolean'),
  };
}
