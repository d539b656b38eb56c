import { setTimeout as wait } from 'node:timers/promises';
import { hostIdentity } from '#adapters/host-id.ts';
import { describeKey } from '#adapters/keys.ts';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { ChildRecord, PlaybookName, PlaybookRun, Playbooks } from '#domain/remote.ts';
import { bareKey, type MemoryHost, type MemoryHosts, tryLogin } from './memory-hosts.ts';
import { loginError } from './memory-ssh.ts';

export interface MemoryPlaybooks extends Playbooks {
  /** Every run that did something, in order. */
  readonly runs: readonly { readonly playbook: PlaybookName; readonly handle: string }[];
  /** The next run of this playbook fails at its second task with this message. */
  failNext(playbook: PlaybookName, message: string): void;
  /** Tasks of this playbook do not end by themselves until told otherwise. */
  hang(playbook: PlaybookName, on: boolean): void;
}

const TASKS: Readonly<Record<PlaybookName, readonly string[]>> = {
  provision_access: ['Check the inputs', 'Install the public keys', 'Switch password logins off'],
  provision_software: ['Check the host', 'Install packages', 'Start Docker', 'Raise the firewall'],
  health_check: ['Look at the host', 'Report'],
};
/** Beyond the kernel's greatest pid: a record of ours can never name a real process. */
const FIRST_PGID = 5_000_000;

/** Playbooks on hosts in memory: same errors, same order of hooks, same effect when run twice. */
export function createMemoryPlaybooks(
  hosts: MemoryHosts,
  { taskMs = 0 }: { readonly taskMs?: number } = {},
): MemoryPlaybooks {
  const runs: { playbook: PlaybookName; handle: string }[] = [];
  const failures = new Map<PlaybookName, string>();
  const hanging = new Set<PlaybookName>();
  const living = new Map<string, { stop: AbortController; gone: Promise<void> }>();
  const locked = new Set<string>();
  let pgid = FIRST_PGID;

  async function play(
    run: PlaybookRun,
    host: MemoryHost,
    signal: AbortSignal,
    onTask: (index: number, changed: boolean) => void,
  ) {
    const tasks = TASKS[run.playbook];
    const failure = failures.get(run.playbook);
    failures.delete(run.playbook);
    runs.push({ playbook: run.playbook, handle: run.target.handle });
    let changed = 0;
    for (const [at, task] of tasks.entries()) {
      signal.throwIfAborted();
      onTask(at + 1, false);
      if (failure !== undefined && at === 1) {
        throw new OpsError(
          'playbook_failed',
          `${run.playbook} on ${run.target.handle}: ${task}: ${failure}`,
          {
            details: { task },
          },
        );
      }
      await wait(taskMs, undefined, { signal });
      while (hanging.has(run.playbook)) await wait(20, undefined, { signal });
      if (at === tasks.length - 1 && effect(run, host)) {
        changed++;
        onTask(at + 1, true);
      }
    }
    return { ok: tasks.length, changed, failures: 0, unreachable: 0 };
  }

  return {
    runs,
    failNext: (playbook, message) => void failures.set(playbook, message),
    hang: (playbook, on) => void (on ? hanging.add(playbook) : hanging.delete(playbook)),

    async run(run, hooks, outer) {
      const { target, playbook, timeoutMs } = run;
      if (outer.aborted) throw toOpsError(outer.reason);
      if (target.hostKeys.length === 0) {
        throw new OpsError('invalid_input', `No host key of ${target.handle} is recorded.`);
      }
      const endsAt = new Date(Date.now() + timeoutMs).toISOString();
      const record: ChildRecord = { ...hostIdentity(), pgid: pgid++, startTime: '0', endsAt };
      await hooks.onChild(record);
      const stop = new AbortController();
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([outer, stop.signal, deadline]);
      let leave = () => {};
      const gone = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const holdsLock = !locked.has(target.handle);
      living.set(keyOf(record), { stop, gone });
      try {
        if (!holdsLock)
          throw new OpsError('busy', `${target.handle}: another playbook is running.`);
        locked.add(target.handle);
        const login = tryLogin(hosts, target, (text) => describeKey(text).publicKey);
        const host = hosts.at(target.host);
        if (login.outcome !== 'ok' || host === undefined) throw loginError(login);
        const total = TASKS[playbook].length;
        const recap = await play(run, host, signal, (index, changed) => {
          const task = TASKS[playbook][index - 1] ?? '';
          hooks.onEvent({ kind: changed ? 'changed' : 'task', task, index, total });
        });
        return { recap, data: playbook === 'health_check' ? { overall: 'ok' } : null };
      } catch (error) {
        if (error instanceof OpsError) throw error;
        if (deadline.aborted) throw new OpsError('timeout', `${playbook}: not done in time.`);
        if (outer.aborted) throw toOpsError(outer.reason);
        throw new OpsError('timeout', `${playbook}: ended from outside.`);
      } finally {
        if (holdsLock) locked.delete(target.handle);
        living.delete(keyOf(record));
        leave();
        await hooks.onChild(null);
      }
    },

    async end(child, signal) {
      if (signal.aborted) throw toOpsError(signal.reason);
      const found = living.get(keyOf(child));
      found?.stop.abort();
      await found?.gone;
    },
  };
}

const keyOf = (record: ChildRecord): string => `${record.pgid} ${record.endsAt}`;

/** Does what the playbook is for; true when something was different before. */
function effect({ playbook, vars }: PlaybookRun, host: MemoryHost): boolean {
  if (playbook === 'provision_software') {
    const fresh = !host.docker;
    host.docker = true;
    return fresh;
  }
  if (playbook !== 'provision_access') return false;
  const keys = Array.isArray(vars.zavhoz_authorized_keys) ? vars.zavhoz_authorized_keys : [];
  const missing = keys
    .map(String)
    .map(bareKey)
    .filter((key) => !host.authorizedKeys.has(key));
  for (const key of missing) host.authorizedKeys.add(key);
  const closes = vars.zavhoz_disable_password_login !== false && host.passwordLogin;
  if (closes) host.passwordLogin = false;
  return missing.length > 0 || closes;
}
