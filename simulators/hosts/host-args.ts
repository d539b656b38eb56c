import { randomUUID } from 'node:crypto';
import type { HostNetwork } from './network.ts';
import { SIM_LABEL } from './network.ts';

export const HOST_LABEL = `${SIM_LABEL}.host`;
export const IP_LABEL = `${SIM_LABEL}.ip`;
export const META_LABEL = `${SIM_LABEL}.meta`;

export interface HostSpec {
  readonly id: string;
  readonly container: string;
  readonly label: string;
  readonly network: HostNetwork;
  readonly ip: string;
  readonly image: string;
  readonly hostname: string;
  readonly meta: string;
}

/**
 * `docker run` for a host whose first process is systemd; nothing here is --privileged.
 * - systemd wants to write its own cgroups: the machine's tree, in the machine's namespace, works on
 *   cgroup v1, hybrid and v2 alike. A private cgroup namespace works on v2 only.
 * - SYS_ADMIN for mounts (systemd, Docker inside), NET_ADMIN for firewalls, SYS_BOOT so that
 *   `reboot` inside ends the container by a signal and on-failure starts it again, as a VPS does.
 * - No volume for /var/lib/docker: Docker inside falls back to the vfs driver on overlay, a snapshot
 *   then carries its images, and a reinstall drops them with the disk.
 * - The stop signal is systemd's "power off"; SIGTERM would make it re-execute.
 */
export const runArgs = (spec: HostSpec): string[] => [
  ...['run', '--detach', '--name', spec.container, '--hostname', spec.hostname],
  ...['--network', spec.network.name, '--ip', spec.ip],
  ...['--label', `${SIM_LABEL}=${spec.label}`, '--label', `${HOST_LABEL}=${spec.id}`],
  ...['--label', `${IP_LABEL}=${spec.ip}`, '--label', `${META_LABEL}=${spec.meta}`],
  ...['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_BOOT'],
  ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
  ...['--cgroupns', 'host', '--volume', '/sys/fs/cgroup:/sys/fs/cgroup:rw'],
  ...['--tmpfs', '/run', '--tmpfs', '/run/lock'],
  ...['--stop-signal', 'SIGRTMIN+3', '--restart', 'on-failure'],
  ...['--env', `ZAVHOZ_SIM_IDENTITY=${randomUUID()}`, spec.image],
];
