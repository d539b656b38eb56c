import { access, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OpsError } from '#domain/errors.ts';
import type { Logger, Programs } from '#domain/ports.ts';
import type { ChildRecord, PlaybookRun, Playbooks } from '#domain/remote.ts';
import { abortError, startDeadline } from '../abort.ts';
import { createPrograms, SYSTEM_PATH } from '../programs.ts';
import { spawnChild } from './child.ts';
import { endChild, endChildHere } from './end-child.ts';
import { createReader, follow } from './events.ts';
import { during, failureOf } from './failures.ts';
import { INVENTORY, redact, runInputs, VARIABLES } from './inputs.ts';
import { requireOneHost } from './list-hosts.ts';
import { createRunFolder, type RunFolder, sweepRunFolders } from './run-folder.ts';

export interface PlaybookSettings {
  /** Holds ansible.cfg and <playbook>.yml. */
  readonly playbooksDir: string;
  /** Private folders of the runs and the locks; one per machine, shared by its processes. */
  readonly runDir: string;
  readonly log: Logger;
  readonly programs?: Programs;
  /** PATH and HOME of ansible-playbook. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The child's own deadline lies behind ours, for when nobody is left to keep ours. */
const CHILD_SLACK_MS = 10_000;
const LIST_HOSTS_MS = 60_000;

/** Ansible as a child that outlives us; see child.ts for how it starts and ends. */
export function createPlaybooks(settings: PlaybookSettings): Playbooks {
  const { log } = settings;
  const programs = settings.programs ?? createPrograms({ log });
  const playbooksDir = resolve(settings.playbooksDir);
  const runDir = resolve(settings.runDir);
  let swept: Promise<unknown> | undefined;
  const sweepOnce = () => {
    swept ??= sweepRunFolders(runDir).catch((error: unknown) => {
      log.warn({ error }, 'left-over run folders could not be removed');
    });
    return swept;
  };

  async function checkPlaybook({ playbook, target }: PlaybookRun) {
    const config = join(playbooksDir, 'ansible.cfg');
    const file = join(playbooksDir, `${playbook}.yml`);
    for (const path of [config, file]) {
      // Without its settings Ansible would run with other ones, and not say so.
      await access(path).catch((cause: unknown) => {
        throw new OpsError('internal', `${path} is missing.`, { cause });
      });
    }
    if (!/^[a-z][a-z0-9-]*$/.test(target.handle)) {
      throw new OpsError('invalid_input', `"${target.handle}" is no handle of a server.`);
    }
    return { config, file };
  }

  const environment = (folder: string, config: string): Record<string, string> => ({
    PATH: SYSTEM_PATH,
    // Runs ProxyCommand; the user's own shell may read it differently.
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    ...settings.env,
    ANSIBLE_CONFIG: config,
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_RETRY_FILES_ENABLED: '0',
    ANSIBLE_LOCAL_TEMP: `${folder}/tmp`,
    // A kept connection belongs to one run: the next one may come with another credential.
    ANSIBLE_SSH_CONTROL_PATH_DIR: `${folder}/cp`,
  });

  return {
    async run(run, hooks, outer) {
      const { target, playbook, timeoutMs } = run;
      const what = `${playbook} on ${target.handle}`;
      if (outer.aborted) throw abortError(outer, what);
      const { config, file } = await checkPlaybook(run);
      await sweepOnce();
      const deadline = startDeadline(timeoutMs, outer);
      const endsAt = new Date(Date.now() + timeoutMs + CHILD_SLACK_MS);
      let folder: RunFolder | undefined;
      let record: ChildRecord | undefined;
      try {
        await mkdir(join(runDir, 'locks'), { recursive: true, mode: 0o700 });
        folder = await createRunFolder(runDir);
        const { path } = folder;
        const inputs = runInputs(run, path);
        await folder.write(inputs.files);
        const clean = (text: string) => redact(text, inputs.secrets);
        const argv = ['-i', `${path}/${INVENTORY}`, '--extra-vars', `@${path}/${VARIABLES}`];
        const env = environment(path, config);
        await checkHosts(['ansible-playbook', ...argv, '--list-hosts', file], env);

        const child = spawnChild({
          argv: ['ansible-playbook', ...argv, file],
          lockFile: join(runDir, 'locks', `${target.handle}.lock`),
          endsAt,
          cwd: path,
          env,
          stdoutFile: `${path}/stdout`,
          stderrFile: `${path}/stderr`,
        });
        record = child.record;
        try {
          await folder.note(child.record);
          await hooks.onChild(child.record);
          deadline.signal.throwIfAborted();
        } catch (error) {
          child.drop();
          await child.exit;
          throw error;
        }
        const reader = createReader(hooks.onEvent);
        child.go();
        log.info({ server_handle: target.handle, playbook, pgid: record.pgid }, 'playbook started');
        const stop = () => void endChildHere(child.record, log);
        deadline.signal.addEventListener('abort', stop, { once: true });
        await follow(`${path}/stdout`, child.exit, reader.add);
        reader.end();
        deadline.signal.removeEventListener('abort', stop);
        const exitCode = await child.exit;
        const report = reader.report();
        log.info({ server_handle: target.handle, playbook, exit_code: exitCode }, 'playbook ended');
        if (deadline.expired) {
          const message = `${what}: not done in ${Math.round(timeoutMs / 1000)} s${during(report)}.`;
          throw new OpsError('timeout', message);
        }
        if (outer.aborted) throw abortError(outer, what);
        const stderr = (await readFile(`${path}/stderr`, 'utf8')).trim().split('\n').slice(-10);
        const failure = failureOf(
          { playbook, handle: target.handle },
          exitCode,
          report,
          stderr,
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
      } catch (error) {
        if (deadline.expired && !(error instanceof OpsError)) {
          throw new OpsError('timeout', `${what}: not started in time.`, { cause: error });
        }
        if (outer.aborted && !(error instanceof OpsError)) throw abortError(outer, what);
        throw error;
      } finally {
        deadline.clear();
        const gone = record === undefined || (await endChildHere(record, log));
        await folder?.remove().catch((error: unknown) => log.error({ error }, 'run folder stays'));
        if (gone && record !== undefined) {
          // The record that stays behind does no harm: ending it finds nothing.
          await hooks.onChild(null).catch((error: unknown) => {
            log.warn({ error, server_handle: target.handle }, 'end of the playbook not recorded');
          });
        }
      }

      async function checkHosts(argv: [string, ...string[]], env: Record<string, string>) {
        const { signal } = deadline;
        const answer = await programs.run(argv, {
          env,
          cwd: folder?.path,
          timeoutMs: LIST_HOSTS_MS,
          signal,
        });
        if (answer.code !== 0) {
          const why = answer.stderr.trim().slice(-600);
          throw new OpsError('playbook_failed', `${what}: --list-hosts failed: ${why}`, {
            retry: 'no',
          });
        }
        requireOneHost(answer.stdout, target.handle);
      }
    },

    async end(child, signal) {
      await endChild(child, signal, log);
      await sweepRunFolders(runDir, child);
    },
  };
}
