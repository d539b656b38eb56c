import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { OpsError } from '#domain/errors.ts';
import type { ChildRecord } from '#domain/remote.ts';
import { hostIdentity, type ProcessStat, processStartTime, processStat } from '../host-id.ts';
import { findProcesses, startedWith } from '../process-group.ts';

/** Exit codes of the wrapper, apart from Ansible's own. */
export const EXIT_NO_GO = 75;
export const EXIT_LOCKED = 76;
export const EXIT_DEADLINE = 124;

/** Seconds between SIGTERM and SIGKILL when the child ends itself at its deadline. */
const KILL_AFTER_SECONDS = 10;
/** Ansible waits for its host most of the time; chat, API and checks of others come before it. */
const NICENESS = 10;
/** Anything else at the gate, its end too, and no play starts. */
const GATE_OPEN = '+';

/**
 * The child waits for a line: when we die before the record is stored, its input ends and nothing
 * has run. The rest of its input is the gate, named by ZAVHOZ_GATE: the callback plugin lets Ansible
 * load, and no play start before GATE_OPEN came through it. The lock is a file description that
 * ansible-playbook inherits: it falls with the last process of the run. `timeout` is the group's
 * leader and ends the whole group by itself, also when nobody is left to do it. Arguments: lock
 * file, end in seconds since 1970, mark, program...
 */
const WRAPPER = `
IFS= read -r go || exit ${EXIT_NO_GO}
[ "$go" = go ] || exit ${EXIT_NO_GO}
exec 8<&0 9>>"$1" </dev/null || exit ${EXIT_NO_GO}
flock -n 9 || exit ${EXIT_LOCKED}
seconds=$(($2 - $(date +%s)))
[ "$seconds" -gt 0 ] || exit ${EXIT_DEADLINE}
ZAVHOZ_CHILD="$$-$3"
ZAVHOZ_GATE=8
export ZAVHOZ_CHILD ZAVHOZ_GATE
shift 3
exec nice -n ${NICENESS} timeout -k ${KILL_AFTER_SECONDS} "$seconds" "$@"
`;

export interface Child {
  readonly record: ChildRecord;
  /** Lets the program start; it loads, and waits at the gate. */
  go(): void;
  /** Opens the gate. */
  open(): void;
  /** Lets it end without having run; after `open` it does nothing. */
  drop(): void;
  /** Exit code, or null when a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Starts the wrapper in a process group of its own; nothing runs before `go`. */
export function spawnChild(options: {
  readonly argv: readonly string[];
  readonly lockFile: string;
  readonly endsAt: Date;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdoutFile: string;
  readonly stderrFile: string;
}): Child {
  const deadline = Math.ceil(options.endsAt.getTime() / 1000);
  const endsAt = new Date((deadline + KILL_AFTER_SECONDS + 5) * 1000).toISOString();
  // Files, not pipes: a playbook that outlives us must not die of writing to nobody.
  const stdout = openSync(options.stdoutFile, 'a', 0o600);
  const stderr = openSync(options.stderrFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(
      '/bin/sh',
      ['-c', WRAPPER, 'zavhoz-run', options.lockFile, String(deadline), endsAt, ...options.argv],
      { cwd: options.cwd, env: options.env, detached: true, stdio: ['pipe', stdout, stderr] },
    );
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  // A rejection before anybody waits for it is reported by `start` below.
  exit.catch(() => {});
  const input = child.stdin;
  input?.on('error', () => {});
  const startTime = child.pid === undefined ? null : processStartTime(child.pid);
  if (child.pid === undefined || startTime === null) {
    throw new OpsError('unavailable', 'The playbook process did not start.');
  }
  return {
    record: { ...hostIdentity(), pgid: child.pid, startTime, endsAt },
    go: () => void input?.write('go\n'),
    open: () => void input?.end(GATE_OPEN),
    drop: () => void input?.end(),
    exit,
  };
}

/**
 * Living processes of a run on this machine. A group id can pass to strangers once all of the group
 * are gone, so the group counts only while its leader (even as a zombie) is the recorded one; who
 * left the group or outlived the leader is known by the mark in its environment.
 */
export function childMembers(record: ChildRecord): readonly ProcessStat[] {
  const mark = `${record.pgid}-${record.endsAt}`;
  const ours = processStat(record.pgid)?.startTime === record.startTime;
  return findProcesses(
    ({ pid, pgid }) => (ours && pgid === record.pgid) || startedWith(pid, 'ZAVHOZ_CHILD', mark),
  );
}
