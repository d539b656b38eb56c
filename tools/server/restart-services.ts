import { z } from 'zod';
import type { SshAnswer } from '#domain/remote.ts';
import { defineTool } from '#domain/tool.ts';
import { sshTarget } from './target.ts';

const LOOK_MS = 20_000;
const RESTART_MS = 90_000;
const MOST = 20;
const NAME = /^[\w.@:\\-]+$/;
/** Ended by somebody's word (stop, kill): not a failure, and not ours to start again. */
const STOPPED = new Set(['0', '137', '143']);
const KEPT_UP = new Set(['always', 'unless-stopped', 'on-failure']);

type Run = (argv: readonly string[], timeoutMs?: number) => Promise<SshAnswer>;

/**
 * Restarts what failed and nothing else: Docker where it does not answer, failed units, containers
 * that are unhealthy or died though they are to be kept up. It looks before each, so that a second
 * run restarts only what has still failed.
 */
export const serverRestartServices = defineTool({
  name: 'server_restart_services',
  description: 'Restart failed units, a silent Docker and failed containers of one server.',
  effect: 'disrupt',
  input: z.object({}),
  preview: (_, server) => `restart what failed on ${server.handle}`,
  async run(_, { server, signal, progress }, deps) {
    const target = await sshTarget(server, null, deps);
    const run: Run = (argv, timeoutMs = LOOK_MS) =>
      deps.ssh.run(target, argv, { timeoutMs, signal });
    const restarted: string[] = [];
    const failed: string[] = [];
    const restart = async (what: string, argv: readonly string[]) => {
      await progress(`restarting ${what}`);
      const { code } = await run(argv, RESTART_MS);
      (code === 0 ? restarted : failed).push(what);
    };
    if (await dockerIsSilent(run)) await restart('docker', ['systemctl', 'restart', 'docker']);
    for (const unit of await failedUnits(run)) {
      await restart(unit, ['systemctl', 'restart', '--', unit]);
    }
    for (const container of await failedContainers(run)) {
      await restart(`container ${container}`, ['docker', 'restart', '-t', '20', '--', container]);
    }
    return { restarted, failed };
  },
});

async function dockerIsSilent(run: Run): Promise<boolean> {
  const { stdout } = await run(['systemctl', 'is-enabled', 'docker.service']);
  if (stdout.trim() !== 'enabled') return false;
  return (await run(['timeout', '10', 'docker', 'info', '--format', '{{.ID}}'])).code !== 0;
}

async function failedUnits(run: Run): Promise<readonly string[]> {
  const list = ['systemctl', 'list-units', '--failed', '--plain', '--no-legend', '--no-pager'];
  const { stdout } = await run(list);
  return names(stdout.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '')).filter(
    (unit) => unit !== 'docker.service',
  );
}

async function failedContainers(run: Run): Promise<readonly string[]> {
  const list = (filter: string) =>
    run(['docker', 'ps', '-a', '--filter', filter, '--format', '{{.Names}}']);
  const unhealthy = await list('health=unhealthy');
  if (unhealthy.code !== 0) return [];
  const exited = names((await list('status=exited')).stdout.split('\n'));
  const format = '{{.Name}} {{.HostConfig.RestartPolicy.Name}} {{.State.ExitCode}}';
  const details =
    exited.length === 0
      ? ''
      : (await run(['docker', 'inspect', '--format', format, '--', ...exited])).stdout;
  const died = details.split('\n').flatMap((line) => {
    const [name = '', policy = '', code = ''] = line.trim().split(/\s+/);
    return KEPT_UP.has(policy) && !STOPPED.has(code) ? [name.replace(/^\//, '')] : [];
  });
  return names([...unhealthy.stdout.split('\n'), ...died]);
}

/** Distinct, bounded, and nothing that a shell or a program could read as something else. */
const names = (words: readonly string[]): readonly string[] =>
  [...new Set(words.map((word) => word.trim()))].filter((word) => NAME.test(word)).slice(0, MOST);
