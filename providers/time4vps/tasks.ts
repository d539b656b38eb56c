import type { ProviderAction, ProviderTask } from '#domain/provider.ts';
import { extractPassword } from './password.ts';
import type { Task } from './schema.ts';

/** Names under which Time4VPS keeps its tasks; each also stands for "the latest of that kind". */
export const TASK_NAMES: Readonly<Record<ProviderAction, string>> = {
  reset_password: 'server_reset_password',
  reinstall: 'server_recreate',
  reboot: 'server_reboot',
};

export const CALLS: Readonly<Record<ProviderAction, string>> = {
  reset_password: 'resetpassword',
  reinstall: 'reinstall',
  reboot: 'reboot',
};

const TITLES: Readonly<Record<ProviderAction, string>> = {
  reset_password: 'password reset',
  reinstall: 'reinstallation',
  reboot: 'reboot',
};

const FAILED = /\b(fail(ed|ure)?|error|aborted|cancell?ed|unable|could not|not enough)\b/i;
/** Text that may hold a password in a form nobody has seen yet is not shown. */
const DELICATE = /pass|innerHTML|onclick|slapta/i;

export const runningTask = (id: string | null, action: ProviderAction): ProviderTask => ({
  id,
  action,
  activated: null,
  state: 'running',
  password: null,
  message: `${TITLES[action]} under way`,
});

/** A foreign task as ours. The message never quotes `results` that may hold a password. */
export function toTask(id: string | null, action: ProviderAction, task: Task): ProviderTask {
  const base = { ...runningTask(id, action), activated: task.activated };
  if (task.completed === null) return base;
  const password = action === 'reboot' ? null : extractPassword(task.results);
  if (password !== null) {
    return { ...base, state: 'done', password, message: `${TITLES[action]} done, password given` };
  }
  if (FAILED.test(task.results)) {
    const said = DELICATE.test(task.results) ? '' : `: ${plain(task.results)}`;
    return { ...base, state: 'failed', message: `${TITLES[action]} failed${said}` };
  }
  const silent = action === 'reset_password' ? ', but no password was given' : '';
  return { ...base, state: 'done', message: `${TITLES[action]} done${silent}` };
}

const plain = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
