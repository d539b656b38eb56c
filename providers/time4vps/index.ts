import { z } from 'zod';
import { OpsError, toOpsError } from '#domain/errors.ts';
import { defineProvider, type ProviderTask } from '#domain/provider.ts';
import { Secret } from '#domain/secret.ts';
import { createClient } from './client.ts';
import { ServerDetails, ServerList, Started, Systems, Task } from './schema.ts';
import { CALLS, runningTask, TASK_NAMES, toTask } from './tasks.ts';

const DEFAULT_BASE_URL = 'https://billing.time4vps.com/api';

const secret = z.union([
  z.instanceof(Secret),
  z
    .string()
    .min(1)
    .transform((text) => new Secret(text)),
]);

const Settings = z.object({
  login: z.string().min(1),
  password: secret,
  baseUrl: z.url({ protocol: /^https?$/ }).default(DEFAULT_BASE_URL),
});

/** HostBill's "User API" of Time4VPS; it has no power, snapshot or create call. */
export const time4vps = defineProvider({
  id: 'time4vps',
  title: 'Time4VPS',
  inventory: true,
  settings: Settings,

  fromEnv(env) {
    const { TIME4VPS_LOGIN: login, TIME4VPS_PASSWORD: password } = env;
    if (!login || !password) return null;
    return { login, password, baseUrl: env.TIME4VPS_BASE_URL || undefined };
  },

  // Seen live: a reset takes up to 300 s and 30 s to settle, a reinstall 900 s and 60 s to boot.
  pace: {
    reset_password: { poll: 5, settle: 30, limit: 300 },
    reinstall: { poll: 15, settle: 60, limit: 900 },
    reboot: { poll: 5, settle: 10, limit: 180 },
  },

  create(settings, { http, log }) {
    const client = createClient(settings, http);
    const details = (ref: string, signal: AbortSignal) =>
      client.read(`/server/${checkedRef(ref)}`, ServerDetails, signal);

    /** A password may stand in `last_tasks` where the task itself came without. */
    const withPassword = async (ref: string, task: ProviderTask, signal: AbortSignal) => {
      if (task.state !== 'done' || task.password !== null || task.action === 'reboot') return task;
      const { lastTasks } = await details(ref, signal);
      const same = lastTasks.find(
        ({ name, activated }) => name === TASK_NAMES[task.action] && activated === task.activated,
      );
      return same === undefined ? task : toTask(task.id, task.action, same);
    };

    return {
      can: new Set(['reset_password', 'reinstall', 'reboot'] as const),

      list: (signal) => client.read('/server', ServerList, signal),

      async facts(ref, signal) {
        const { lastTasks: _, ...facts } = await details(ref, signal);
        return { ref, sshPort: 22, ...facts };
      },

      systems: (ref, signal) => client.read(`/server/${checkedRef(ref)}/oses`, Systems, signal),

      async start(ref, action, options, signal) {
        // Time4VPS would queue a second task behind the first one: a busy server is left alone.
        const now = await details(ref, signal);
        if (now.activeTask !== null) {
          throw new OpsError('busy', `Time4VPS is still working on ${ref} (${now.activeTask}).`);
        }
        if (now.state === 'suspended') {
          throw new OpsError('suspended', `Time4VPS has suspended ${ref}.`, {
            hint: 'Look at the invoices of the account; a suspended server is not a broken one.',
          });
        }
        const body = action === 'reinstall' ? reinstallBody(options, now.os) : {};
        const path = `/server/${ref}/${CALLS[action]}`;
        const { task_id } = await client.start(path, body, Started, signal);
        log.info({ provider: 'time4vps', ref, action, task_id }, 'provider task started');
        return runningTask(task_id, action);
      },

      async task(ref, id, action, signal) {
        if (!/^[\w-]{1,64}$/.test(id)) throw new OpsError('not_found', 'No such task.');
        const path = `/server/${checkedRef(ref)}/task/${id}`;
        return withPassword(ref, toTask(id, action, await client.read(path, Task, signal)), signal);
      },

      async latest(ref, action, signal) {
        const path = `/server/${checkedRef(ref)}/task/${TASK_NAMES[action]}`;
        const task = await client.read(path, Task, signal).catch((error: unknown) => {
          const known = toOpsError(error);
          // "No such task" is an answer here; a server that is gone is not.
          if (known.code === 'not_found' && known.details.missing === 'task') return null;
          throw known;
        });
        if (task === null || task.activated === null) return null;
        return withPassword(ref, toTask(null, action, task), signal);
      },

      async check(signal) {
        await client.read('/server', ServerList, signal);
      },
    };
  },
});

/** Refs become part of a path; what is not a number of theirs names no server. */
function checkedRef(ref: string): string {
  if (/^\d{1,19}$/.test(ref)) return ref;
  throw new OpsError('not_found', `Time4VPS has no server ${JSON.stringify(ref.slice(0, 40))}.`, {
    hint: 'Time4VPS names servers by numbers.',
  });
}

function reinstallBody(
  options: { readonly os?: string; readonly sshKey?: string },
  current: string | null,
): Readonly<Record<string, string>> {
  const os = options.os ?? current;
  if (os === null) {
    throw new OpsError('invalid_input', 'A reinstallation needs an OS template.', {
      hint: 'Set REINSTALL_OS: Time4VPS does not say which one this server has.',
    });
  }
  return options.sshKey === undefined ? { os } : { os, ssh_key: options.sshKey };
}
