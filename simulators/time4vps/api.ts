import type { SimServer } from './account.ts';
import type { Action, Switchboard } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { MachineBackend } from './machines.ts';
import type { TASK_NAMES, TaskAction, TaskRequest, Tasks } from './tasks.ts';
import { wireDetails, wireListItem, wireService, wireTask } from './wire.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** For the record: `ok`, or the error's cause. */
  readonly outcome: string;
  readonly taskId?: number;
}

export interface Route {
  readonly action: Action;
  readonly serverId: number | null;
  readonly task?: string;
}

const ROUTES: ReadonlyArray<readonly [method: string, path: RegExp, action: Action]> = [
  ['GET', /^\/server$/, 'list'],
  ['GET', /^\/server\/(\d+)$/, 'details'],
  ['GET', /^\/server\/(\d+)\/oses$/, 'oses'],
  ['POST', /^\/server\/(\d+)\/resetpassword$/, 'reset_password'],
  ['POST', /^\/server\/(\d+)\/reinstall$/, 'reinstall'],
  ['POST', /^\/server\/(\d+)\/reboot$/, 'reboot'],
  ['GET', /^\/server\/(\d+)\/task\/(\w+)$/, 'task'],
  ['POST', /^\/server\/(\d+)\/webconsole$/, 'webconsole'],
  ['POST', /^\/server\/(\d+)\/flushfirewall$/, 'flush_firewall'],
  ['GET', /^\/service\/(\d+)$/, 'service'],
];

export function matchRoute(method: string, path: string): Route | undefined {
  for (const [verb, pattern, action] of ROUTES) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) {
      const serverId = match[1] === undefined ? null : Number(match[1]);
      return { action, serverId, ...(match[2] !== undefined && { task: match[2] }) };
    }
  }
  return undefined;
}

export const ok = (body: unknown, taskId?: number): Answer => ({
  ...{ status: 200, body, outcome: 'ok' },
  ...(taskId !== undefined && { taskId }),
});

/** Errors are told by the `error` key; the status says little. */
export const refusal = (cause: string, status = 200): Answer => ({
  ...{ status, body: { error: [cause] }, outcome: `error: ${cause}` },
});

/** What the provider does and answers when nothing goes wrong on the way. */
export function createApi({
  fleet,
  tasks,
  machines,
  faults,
}: {
  fleet: Fleet;
  tasks: Tasks;
  machines: MachineBackend;
  faults: Switchboard;
}): (route: Route, body: Record<string, unknown>) => Answer {
  const start = (server: SimServer, action: TaskAction, body: Record<string, unknown>): Answer => {
    const active = tasks.active(server);
    if (active || faults.strike(['busy'], action, server.id)) {
      return refusal(`Server is busy: ${active?.name ?? 'server_backup'}`);
    }
    const request: TaskRequest = {
      ...(typeof body.os === 'string' && { os: body.os }),
      ...(typeof body.ssh_key === 'string' && { sshKey: body.ssh_key }),
    };
    if (action === 'reinstall' && !machines.templates().some(({ os }) => os === request.os)) {
      return refusal('Invalid OS');
    }
    if (action === 'webconsole' && !/^(\d+)h$/.test(String(body.timeout ?? ''))) {
      return refusal('Invalid timeout');
    }
    const task = tasks.start(server, action, request);
    return ok({ task_id: task.id }, task.id);
  };
  const task = (server: SimServer, key: string): Answer => {
    const byId = server.tasks.find(({ id }) => String(id) === key);
    const found = byId ?? server.tasks.find(({ name }) => name === key); // the latest of its kind
    return found ? ok(wireTask(found), found.id) : refusal('Invalid task ID');
  };

  return (route, body) => {
    if (route.action === 'list') return list();
    const server = route.serverId === null ? undefined : fleet.get(route.serverId);
    if (server === undefined) return refusal('Server not found', 404);
    const { action } = route;
    if (action === 'task') return task(server, route.task ?? '');
    if (action === 'oses') return ok(machines.templates());
    if (action === 'details' || action === 'service') {
      const suspended = faults.strike(['suspended'], action, server.id) !== undefined;
      const status = suspended ? 'Suspended' : 'Active';
      if (action === 'service') return ok(wireService(server, status));
      return ok(wireDetails(server, tasks.active(server), status));
    }
    return start(server, action satisfies keyof typeof TASK_NAMES, body);
  };

  function list(): Answer {
    const all = fleet.list();
    if (faults.strike(['empty_list'], 'list', null)) return ok([]);
    const half = faults.strike(['half_list'], 'list', null) !== undefined;
    return ok((half ? all.slice(0, Math.ceil(all.length / 2)) : all).map(wireListItem));
  }
}
