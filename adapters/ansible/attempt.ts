import { readFile } from 'node:fs/promises';
import { OpsError } from '#domain/errors.ts';
import type { Logger, Programs } from '#domain/ports.ts';
import type { PlaybookResult, PlaybookRun, Playbooks } from '#domain/remote.ts';
import { abortError, type Deadline } from '../abort.ts';
import { SYSTEM_PATH } from '../programs.ts';
import { type Child, spawnChild } from './child.ts';
import { endChildHere } from './end-child.ts';
import { createReader, follow } from './events.ts';
import { during, failureOf } from './failures.ts';
import { INVENTORY, redact, runInputs, VARIABLES } from './inputs.ts';
import { requireOneHost } from './list-hosts.ts';
import type { RunFolder } from './run-folder.ts';

export type Hooks = Parameters<Playbooks['run']>[1];

export interface Attempt {
  readonly run: PlaybookRun;
  readonly hooks: Hooks;
  readonly deadline: Deadline;
  readonly outer: AbortSignal;
  readonly folder: RunFolder;
  /** Paths of ansible.cfg, the playbook, and the server's lock. */
  readonly config: string;
  readonly playbookFile: string;
  readonly lockFile: string;
  readonly programs: Programs;
  readonly log: Logger;
}

/** The child's own deadline lies behind ours, for when nobody is left to keep ours. */
const CHILD_SLACK_MS = 10_000;
const LIST_HOSTS_MS = 60_000;
const STDERR_LINES = 10;

/** One run in a folder of its own, from the inventory to the verdict. */
export async function attempt(context: Attempt): Promise<PlaybookResult> {
  const { run, folder, log } = context;
  const startedAt = Date.now();
  const { files, secrets } = runInputs(run, folder.path);
  await folder.write(files);
  const argv: [string, ...string[]] = [
    'ansible-playbook',
    ...['-i', `${folder.path}/${INVENTORY}`],
    ...['--extra-vars', `@${folder.path}/${VARIABLES}`],
    context.playbookFile,
  ];
  const env = environment(folder.path, context.config);
  const child = spawnChild({
    argv,
    env,
    lockFile: context.lockFile,
    endsAt: new Date(startedAt + run.timeoutMs + CHILD_SLACK_MS),
    cwd: folder.path,
    stdoutFile: `${folder.path}/stdout`,
    stderrFile: `${folder.path}/stderr`,
  });
  try {
    await announce(context, child);
    // Beside each other: Ansible takes as long to load as to say on which hosts it would run.
    child.go();
    await checkHosts(context, argv, env);
    child.open();
    return await supervise(context, child, (text) => redact(text, secrets));
  } finally {
    const gone = await endChildHere(child.record, log);
    // A record that stays does no harm: ending it finds nothing. One of a living child must stay.
    if (gone) {
      await context.hooks.onChild(null).catch((error: unknown) => {
        log.warn({ error, server_handle: run.target.handle }, 'end of the playbook not recorded');
      });
    }
  }
}

function environment(folder: string, config: string): Record<string, string> {
  return {
    PATH: SYSTEM_PATH,
    // Runs ProxyCommand; the user's own shell may read it differently.
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    ANSIBLE_CONFIG: config,
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_RETRY_FILES_ENABLED: '0',
    ANSIBLE_LOCAL_TEMP: `${folder}/tmp`,
    // A kept connection belongs to one run: the next one may come with another credential.
    ANSIBLE_SSH_CONTROL_PATH_DIR: `${folder}/cp`,
  };
}

async function checkHosts(
  { run, folder, deadline, programs }: Attempt,
  argv: [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const answer = await programs.run([...argv, '--list-hosts'], {
    env,
    cwd: folder.path,
    timeoutMs: LIST_HOSTS_MS,
    signal: deadline.signal,
  });
  if (answer.code !== 0) {
    const what = `${run.playbook} on ${run.target.handle}`;
    const why = answer.timedOut ? 'no answer' : answer.stderr.trim().slice(-600);
    throw new OpsError('playbook_failed', `${what}: --list-hosts failed: ${why}`, { retry: 'no' });
  }
  requireOneHost(answer.stdout, run.target.handle);
}

/** Has the child recorded before it may start; where that fails it ends without having run. */
async function announce({ folder, hooks, deadline }: Attempt, child: Child): Promise<void> {
  try {
    await folder.note(child.record);
    await hooks.onChild(child.record);
    deadline.signal.throwIfAborted();
  } catch (error) {
    child.drop();
    await child.exit;
    throw error;
  }
}

async function supervise(
  { run, hooks, deadline, outer, folder, log }: Attempt,
  child: Child,
  clean: (text: string) => string,
): Promise<PlaybookResult> {
  const { playbook, target } = run;
  const fields = { server_handle: target.handle, playbook, pgid: child.record.pgid };
  const reader = createReader(hooks.onEvent);
  const stop = () => void endChildHere(child.record, log);
  deadline.signal.addEventListener('abort', stop, { once: true });
  log.info(fields, 'playbook started');
  await follow(`${folder.path}/stdout`, child.exit, reader.add);
  reader.end();
  deadline.signal.removeEventListener('abort', stop);
  const exitCode = await child.exit;
  const report = reader.report();
  log.info({ ...fields, exit_code: exitCode, recap: report.stats }, 'playbook ended');

  const what = `${playbook} on ${target.handle}`;
  if (deadline.expired) {
    const seconds = Math.round(run.timeoutMs / 1000);
    throw new OpsError('timeout', `${what}: not done in ${seconds} s${during(report)}.`);
  }
  if (outer.aborted) throw abortError(outer, what);
  const said = (await readFile(`${folder.path}/stderr`, 'utf8')).trim().split('\n');
  const failure = failureOf(
    { playbook, handle: target.handle },
    exitCode,
    report,
    said.slice(-STDERR_LINES),
    clean,
  );
  if (failure !== null) throw failure;
  const {
    ok = 0,
    changed = 0,
    failures = 0,
    unreachable = 0,
  } = report.stats?.[target.handle] ?? {};
  return { recap: { ok, changed, failures, unreachable }, data: report.data };
}
