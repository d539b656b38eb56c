import { createAddresses, type Reservation } from './addresses.ts';
import { createDocker, type Docker } from './docker.ts';
import { runArgs } from './host-args.ts';
import { cleanUp } from './host-cleanup.ts';
import { createHostState, type Host } from './host-state.ts';
import type { Log } from './images.ts';
import { networkName, SIM_LABEL } from './network.ts';
import type { RunOptions, RunResult } from './run.ts';

export type { Host } from './host-state.ts';

export interface HostOptions {
  /** Image tag; the factory's own when left out. */
  readonly image?: string;
  /** Root's password; locked when left out. */
  readonly password?: string;
  /** Remembered with the host and given back by `list`: what a simulator must know after a restart. */
  readonly meta?: string;
  readonly hostname?: string;
}

export interface Hosts {
  create(id: string, options?: HostOptions, signal?: AbortSignal): Promise<Host>;
  /** Changes root's password by chpasswd inside the host. */
  resetPassword(id: string, password: string, signal?: AbortSignal): Promise<void>;
  /** As a cloud image's drop-in does: sshd takes passwords, or keys alone. */
  setPasswordLogin(id: string, allowed: boolean, signal?: AbortSignal): Promise<void>;
  /** Stops and starts it: new boot id, same disk. A stopped host is started. */
  reboot(id: string, signal?: AbortSignal): Promise<void>;
  /** A new disk at the same address: new host keys, new machine-id. */
  reinstall(id: string, options?: HostOptions, signal?: AbortSignal): Promise<Host>;
  stop(id: string, signal?: AbortSignal): Promise<void>;
  start(id: string, signal?: AbortSignal): Promise<void>;
  /** Power loss. */
  kill(id: string, signal?: AbortSignal): Promise<void>;
  destroy(id: string, signal?: AbortSignal): Promise<void>;
  /** Takes its network cable out, and puts it back at the same address. */
  disconnect(id: string, signal?: AbortSignal): Promise<void>;
  connect(id: string, signal?: AbortSignal): Promise<void>;
  /** Stops every process without ending it (ports accept, nothing answers), and lets it go on. */
  freeze(id: string, signal?: AbortSignal): Promise<void>;
  thaw(id: string, signal?: AbortSignal): Promise<void>;
  /** Runs argv inside as root; a non-zero exit is an answer. */
  exec(id: string, argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** Waits until systemd has finished booting and sshd listens. */
  ready(id: string, signal: AbortSignal): Promise<void>;
  find(id: string, signal?: AbortSignal): Promise<Host | undefined>;
  list(signal?: AbortSignal): Promise<Host[]>;
  ip(id: string, signal?: AbortSignal): Promise<string>;
  bootId(id: string, signal?: AbortSignal): Promise<string>;
  /** Image of the host's disk as it is; hosts made from it get identities of their own. */
  snapshot(id: string, tag?: string, signal?: AbortSignal): Promise<string>;
  /** Everything that carries the label: hosts, network, snapshots (unless kept), leftovers too. */
  removeAll(options?: { keepSnapshots?: boolean }, signal?: AbortSignal): Promise<void>;
}

const STOP_SECONDS = 15;

/**
 * Real hosts in containers: systemd, sshd, their own disk and address. `label` keeps fleets apart:
 * two of them on one machine share nothing, and `removeAll` ends one only.
 */
export function createHosts({
  label,
  image,
  log,
  docker = createDocker(),
}: {
  label: string;
  image: string;
  log: Log;
  docker?: Docker;
}): Hosts {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(label)) throw new Error(`bad label "${label}"`);
  const container = (id: string) => `zavhoz-${label}-${id}`;
  const state = createHostState({ docker, label, container });
  const simple = (...args: string[]) => {
    return async (id: string, signal?: AbortSignal) => {
      await docker.call([...args, container(id)], { ...(signal && { signal }) });
    };
  };
  const exec: Hosts['exec'] = (id, argv, options = {}) => {
    const flags = options.input === undefined ? [] : ['--interactive'];
    return docker.try(['exec', ...flags, container(id), ...argv], options);
  };
  const must = async (id: string, argv: string[], input?: string, signal?: AbortSignal) => {
    const options = { ...(signal && { signal }), ...(input !== undefined && { input }) };
    const { code, stdout, stderr } = await exec(id, argv, options);
    if (code !== 0) throw new Error(`${argv[0]} in ${id} failed (${code}): ${stderr.trim()}`);
    return stdout.trim();
  };

  const addresses = createAddresses({ docker, label, list: state.list, log });
  const start = async (
    id: string,
    options: HostOptions,
    { network, ip, release }: Reservation,
    signal?: AbortSignal,
  ) => {
    const host = {
      ...{ id, container: container(id), label, network, ip, image: options.image ?? image },
      ...{ hostname: options.hostname ?? `host-${id}`, meta: options.meta ?? '' },
    };
    try {
      await docker.call(runArgs(host), { ...(signal && { signal }) });
      if (options.password !== undefined) await api.resetPassword(id, options.password, signal);
      log('host started', { id, ip });
      return await state.require(id, signal);
    } catch (error) {
      await docker.try(['rm', '--force', '--volumes', host.container]); // half made, it blocks the name
      throw error;
    } finally {
      release();
    }
  };

  const api: Hosts = {
    async create(id, options = {}, signal) {
      return start(id, options, await addresses.take(id, undefined, signal), signal);
    },
    async resetPassword(id, password, signal) {
      await must(id, ['chpasswd'], `root:${password}\n`, signal); // never in argv
    },
    async setPasswordLogin(id, allowed, signal) {
      const text = `PasswordAuthentication ${allowed ? 'yes' : 'no'}\n`;
      await must(id, ['tee', '/etc/ssh/sshd_config.d/50-cloud-init.conf'], text, signal);
      // Fails only while systemd is not up yet; sshd then reads the file when it starts.
      const reload = ['systemctl', 'try-reload-or-restart', 'ssh.service'];
      await exec(id, reload, { ...(signal && { signal }) });
    },
    async reboot(id, signal) {
      // Docker does not restart what is frozen; a provider's reset button does.
      await docker.try(['unpause', container(id)], { ...(signal && { signal }) });
      await simple('restart', '--time', String(STOP_SECONDS))(id, signal);
    },
    async reinstall(id, options = {}, signal) {
      const { ip, meta } = await state.require(id, signal);
      const reservation = await addresses.take(id, ip, signal); // before the label that held it goes
      await simple('rm', '--force', '--volumes')(id, signal);
      return start(id, { meta, ...options }, reservation, signal);
    },
    stop: simple('stop', '--time', String(STOP_SECONDS)),
    start: simple('start'),
    kill: simple('kill'),
    destroy: simple('rm', '--force', '--volumes'),
    freeze: simple('pause'),
    thaw: simple('unpause'),
    disconnect: simple('network', 'disconnect', '--force', networkName(label)),
    async connect(id, signal) {
      const { ip } = await state.require(id, signal);
      const args = ['network', 'connect', '--ip', ip, networkName(label), container(id)];
      await docker.call(args, { ...(signal && { signal }) });
    },
    exec,
    ready: (id, signal) => state.ready(id, signal),
    find: state.find,
    list: state.list,
    ip: async (id, signal) => (await state.require(id, signal)).ip,
    bootId: (id, signal) => must(id, ['cat', '/proc/sys/kernel/random/boot_id'], undefined, signal),
    async snapshot(id, tag = `zavhoz-snapshot:${label}-${id}`, signal) {
      const change = ['--change', `LABEL ${SIM_LABEL}=${label}`];
      const args = ['commit', ...change, container(id), tag];
      await docker.call(args, { deadlineMs: 300_000, ...(signal && { signal }) });
      return tag;
    },
    removeAll: (options = {}, signal) => cleanUp(docker, label, options, signal),
  };
  return api;
}
