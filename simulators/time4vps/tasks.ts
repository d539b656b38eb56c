import type { SimServer, Task } from './account.ts';
import type { SimClock } from './clock.ts';
import type { Action, Switchboard } from './faults.ts';
import type { MachineBackend } from './machines.ts';
import { describePassword, newPassword, PASSWORD_FORMS, type PasswordForm } from './passwords.ts';
import type { Records } from './records.ts';

/** The provider's names of its tasks, by the call that starts them. */
export const TASK_NAMES = {
  reset_password: 'server_reset_password',
  reinstall: 'server_recreate',
  reboot: 'server_reboot',
  webconsole: 'server_web_console',
  flush_firewall: 'server_flush_iptables',
} as const satisfies Partial<Record<Action, string>>;
export type TaskAction = keyof typeof TASK_NAMES;

export interface TaskSettings {
  /** Least milliseconds of a task. */
  taskMs: number;
  passwordForm: PasswordForm;
  /** Whether a reinstall's results carry the new root password, as a reset's do. */
  reinstallPassword: boolean;
  rebootStartsStopped: boolean;
}

export interface TaskRequest {
  readonly os?: string;
  readonly sshKey?: string;
}

export interface Tasks {
  start(server: SimServer, action: TaskAction, request: TaskRequest): Task;
  active(server: SimServer): Task | undefined;
  /** Resolves when no task is running, endless ones aside. */
  idle(): Promise<void>;
}

const FIRST_TASK_ID = 4_200_001;

export function createTasks({
  machines,
  faults,
  records,
  settings,
  clock,
  signal,
}: {
  machines: MachineBackend;
  faults: Switchboard;
  records: Records;
  settings: TaskSettings;
  clock: SimClock;
  signal: AbortSignal;
}): Tasks {
  let next = FIRST_TASK_ID;
  const running = new Set<Promise<void>>();

  const act = async (server: SimServer, action: TaskAction, request: TaskRequest) => {
    const id = String(server.id);
    if (action === 'reboot') {
      await machines.reboot(id, { startStopped: settings.rebootStartsStopped }, signal);
      return '';
    }
    if (action === 'flush_firewall') {
      await machines.flushFirewall(id, signal);
      return '';
    }
    if (action === 'webconsole') return `https://console.example.net/${server.id}/vnc.html`;
    const wanted = faults.strike(['password_form'], action, server.id)?.value;
    const form = PASSWORD_FORMS.find((name) => name === wanted) ?? settings.passwordForm;
    const password = newPassword(form);
    const passwordLogin = !faults.strike(['password_login_off'], action, server.id);
    const silent = faults.strike(['no_password'], action, server.id) !== undefined;
    if (action === 'reset_password') {
      await machines.resetPassword(id, { password, passwordLogin }, signal);
      return silent ? 'Password was changed.' : describePassword(form, password);
    }
    const meta = { ...server.meta, os: request.os ?? server.meta.os };
    // `ssh_key` was seen to be ignored by the provider, so it is not handed on.
    await machines.reinstall(id, { meta, password, passwordLogin }, signal);
    server.meta = meta;
    const told = settings.reinstallPassword && !silent;
    return told ? describePassword(form, password) : 'Server was reinstalled.';
  };

  const run = async (server: SimServer, action: TaskAction, task: Task, request: TaskRequest) => {
    const strike = (name: 'slow_task' | 'endless_task' | 'failed_task') =>
      faults.strike([name], action, server.id);
    const slow = strike('slow_task');
    const ms = settings.taskMs * (slow ? Number(slow.value ?? 10) : 1);
    const endless = strike('endless_task') !== undefined;
    const failed = strike('failed_task') !== undefined;
    await clock.sleep(ms / 4, signal);
    task.assigned = clock.now();
    if (endless) return;
    let outcome = 'done';
    try {
      if (failed) throw new Error('the node did not answer');
      task.results = await act(server, action, request);
    } catch (error) {
      if (signal.aborted) return;
      outcome = 'failed';
      task.results = `Error: ${error instanceof Error ? error.message : String(error)}`;
    }
    const path = TASK_NAMES[action];
    records.add({ method: 'TASK', path, serverId: server.id, action, outcome, taskId: task.id });
    await clock.sleep(ms - ms / 4, signal);
    task.completed = clock.now();
  };

  return {
    start(server, action, request) {
      const task: Task = {
        ...{ id: next++, name: TASK_NAMES[action], activated: clock.now(), results: '' },
      };
      server.tasks.unshift(task);
      const work = run(server, action, task, request)
        .catch(() => {}) // only an abort: the simulator is closing
        .finally(() => running.delete(work));
      running.add(work);
      return task;
    },
    active: (server) => server.tasks.find((task) => task.completed === undefined),
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
