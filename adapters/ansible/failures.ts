import { type ErrorCode, OpsError } from '#domain/errors.ts';
import type { PlaybookName } from '#domain/remote.ts';
import { EXIT_DEADLINE, EXIT_LOCKED } from './child.ts';
import type { Report } from './events.ts';

interface Meaning {
  readonly sign: RegExp;
  readonly code: ErrorCode;
  readonly hint: string;
}

/** Tried in this order on the text of an unreachable host. */
const UNREACHABLE: readonly Meaning[] = [
  {
    // What ssh says when the program that should reach the host for it has ended.
    sign: /unknown port 65535/i,
    code: 'unreachable',
    hint: 'The jump host did not let us through: check its address, login and host key.',
  },
  {
    sign: /host key verification failed|identification has changed|host key checking is enabled/i,
    code: 'host_key_changed',
    hint: 'Record the new host key only if the server was reinstalled on purpose.',
  },
  {
    sign: /sudo|become|privilege escalation/i,
    code: 'login_refused',
    hint: 'Check how the connection becomes root: sudo, and its password.',
  },
  {
    sign: /permission denied|incorrect password|authentication fail/i,
    code: 'login_refused',
    hint: 'Check user and credential, or reset the password.',
  },
];

/** Tried in this order on the text of a failed task. */
const FAILED: readonly Meaning[] = [
  {
    sign: /(missing|incorrect) sudo password|sudo: .*(password|not found)|timeout.*privilege escalation/i,
    code: 'login_refused',
    hint: 'Check how the connection becomes root: sudo, and its password.',
  },
  {
    sign: /could not get lock|unable to (acquire|lock)|failed to lock apt|lock-frontend/i,
    code: 'playbook_failed',
    hint: 'Another apt or dpkg runs on the server; try again when it has ended.',
  },
  {
    sign: /no space left on device|not enough free space/i,
    code: 'playbook_failed',
    hint: "The server's disk is full: free some space, then try again.",
  },
  {
    sign: /temporary failure (in name resolution|resolving)|could not resolve/i,
    code: 'playbook_failed',
    hint: 'The server cannot resolve names: check its DNS settings.',
  },
  {
    sign: /connection timed out|network is unreachable|could not connect|failed to fetch/i,
    code: 'playbook_failed',
    hint: 'The server cannot reach its package sources: check its way out.',
  },
  {
    sign: /python.*(not found|no such file)|discover.*interpreter/i,
    code: 'playbook_failed',
    hint: 'Install python3 on the server.',
  },
];

/** Why a run did not succeed; null when it did. `clean` takes secrets out of texts. */
export function failureOf(
  run: { readonly playbook: PlaybookName; readonly handle: string },
  exitCode: number | null,
  report: Report,
  stderr: readonly string[],
  clean: (text: string) => string,
): OpsError | null {
  const where = `${run.playbook} on ${run.handle}`;
  const details = { playbook: run.playbook, server_handle: run.handle, exit_code: exitCode };
  if (exitCode === EXIT_LOCKED) {
    return new OpsError('busy', `${where}: another playbook is still running on this server.`, {
      details,
    });
  }
  const hosts = Object.keys(report.stats ?? {});
  if (report.stats !== null && hosts.some((host) => host !== run.handle)) {
    return new OpsError('identity_mismatch', `${where}: it also ran on ${hosts.join(', ')}.`, {
      details,
    });
  }
  const { failure } = report;
  if (failure !== null && exitCode !== 0) {
    const text = clean(failure.message);
    const known = (failure.kind === 'unreachable' ? UNREACHABLE : FAILED).find(({ sign }) =>
      sign.test(failure.message),
    );
    const fallback = failure.kind === 'unreachable' ? 'unreachable' : 'playbook_failed';
    return new OpsError(known?.code ?? fallback, `${where}: ${failure.task}: ${shorten(text)}`, {
      hint: known?.hint,
      details: { ...details, task: failure.task },
    });
  }
  if (exitCode === EXIT_DEADLINE || exitCode === null) {
    return new OpsError('timeout', `${where}: ended from outside${during(report)}.`, { details });
  }
  if (exitCode === 0 && report.stats?.[run.handle] !== undefined) return null;
  const last = [...report.tail, ...stderr].slice(-10).join('\n');
  return new OpsError(
    'playbook_failed',
    `${where}: ${exitCode === 0 ? 'nothing ran' : `exit code ${exitCode}`}${during(report)}: ${shorten(clean(last))}`,
    { details },
  );
}

export const during = (report: Report): string =>
  report.task === null ? '' : ` during "${report.task}"`;

/** The end is what tells: errors stand at the end of an output. */
function shorten(text: string): string {
  const flat = text.trim();
  return flat.length <= 600 ? flat : `…${flat.slice(-600)}`;
}
