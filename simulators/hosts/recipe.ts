import { createHash } from 'node:crypto';
import type { AptSettings } from './apt-settings.ts';

export const SUITES = ['bookworm', 'trixie'] as const;
export type Suite = (typeof SUITES)[number];

// What a provider's plain Debian template has. No ufw, no docker: installing them is our work.
const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'python3',
  'python3-apt',
  'sudo',
  'iproute2',
  'iptables',
  'nftables',
  'ca-certificates',
  'curl',
  'procps',
  'cron',
  'kmod',
  'netbase',
  'iputils-ping',
];

/**
 * First program of a host, before systemd.
 * - /proc/sys/kernel/random/boot_id is the kernel's in a container: each boot gets its own, mounted
 *   over it before anything has read it, so journald, systemd and Ansible agree.
 * - /proc/sys is read-only in a container; its network part belongs to the host's own network
 *   namespace and becomes writable, as firewalls and Docker expect. The rest is the machine's.
 * - Docker mounts hostname, hosts and resolv.conf as single files, which hostnamectl cannot replace
 *   (EBUSY); they become plain files of the disk.
 * - Host keys and machine-id are made at the first boot of each container, also when its image is a
 *   snapshot of another host: no two hosts share an identity. (D-Bus keeps a copy of the machine-id,
 *   from which systemd would restore the old one.)
 */
const INIT = `#!/bin/sh
cat /proc/sys/kernel/random/uuid > /run/zavhoz-sim-boot-id
mount --bind /run/zavhoz-sim-boot-id /proc/sys/kernel/random/boot_id
mount --bind /proc/sys/net /proc/sys/net && mount -o remount,rw,bind /proc/sys/net
hostname=$(cat /etc/hostname); hosts=$(cat /etc/hosts); resolv=$(cat /etc/resolv.conf)
umount /etc/hostname /etc/hosts /etc/resolv.conf
printf '%s\\n' "$resolv" > /etc/resolv.conf
known=/var/lib/zavhoz-sim/identity
if [ "$(cat $known 2>/dev/null)" != "$ZAVHOZ_SIM_IDENTITY" ]; then
  printf '%s\\n' "$hostname" > /etc/hostname
  printf '%s\\n' "$hosts" > /etc/hosts
  : > /etc/machine-id
  ln -sf /etc/machine-id /var/lib/dbus/machine-id
  rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
  ssh-keygen -q -A
  mkdir -p /var/lib/zavhoz-sim
  printf '%s' "$ZAVHOZ_SIM_IDENTITY" > $known
fi
unset ZAVHOZ_SIM_IDENTITY
exec /lib/systemd/systemd
`;

/** Arguments: suite, mirror, tree, overlay, packages, then docker's own argv. Prints the image id. */
export const BUILD_SCRIPT = `
set -euo pipefail
suite=$1 mirror=$2 tree=$3 overlay=$4 packages=$5; shift 5
umask 022
mkdir -p "$tree"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
options=()
if [ -r "$keyring" ]; then options=(--keyring="$keyring"); fi
debootstrap "\${options[@]}" --variant=minbase --include="$packages" "$suite" "$tree" "$mirror" >&2
rm -f "$tree/etc/apt/sources.list"
cp -R "$overlay/." "$tree/"
chown -R 0:0 "$tree/usr/local/share/ca-certificates" "$tree/etc/apt" "$tree/usr/sbin/zavhoz-sim-init"
chroot "$tree" update-ca-certificates >&2
chroot "$tree" systemctl enable ssh.service >&2
chroot "$tree" systemctl mask getty.target console-getty.service systemd-udevd.service >&2
sed -i -E '/^#?(PermitRootLogin|PasswordAuthentication) /d' "$tree/etc/ssh/sshd_config"
printf 'PermitRootLogin yes\\nPasswordAuthentication yes\\n' >> "$tree/etc/ssh/sshd_config"
chroot "$tree" passwd -q -l root
: > "$tree/etc/machine-id"
rm -f "$tree"/etc/ssh/ssh_host_*_key "$tree"/etc/ssh/ssh_host_*_key.pub "$tree/etc/hostname"
rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin "$tree"/var/cache/apt/archives/*.deb
rm -rf "$tree"/var/log/*.log "$tree"/var/log/apt/* "$tree"/tmp/* "$tree"/run/*
tar -C "$tree" --numeric-owner -c . | "$@" import --change 'ENV container=docker' \\
  --change 'CMD ["/usr/sbin/zavhoz-sim-init"]' -
`;

export interface Recipe {
  readonly suite: Suite;
  readonly mirror: string;
  readonly packages: string;
  /** Files laid over the tree: path without leading slash, mode, text. */
  readonly files: ReadonlyArray<{ path: string; mode: number; text: string }>;
  /** 12 hex digits over everything that goes into the image. */
  readonly hash: string;
}

export function createRecipe(suite: Suite, apt: AptSettings): Recipe {
  const files = [
    { path: 'usr/sbin/zavhoz-sim-init', mode: 0o755, text: INIT },
    { path: 'etc/apt/sources.list.d/debian.sources', mode: 0o644, text: sources(suite, apt) },
    { path: 'etc/apt/apt.conf.d/99fetch', mode: 0o644, text: apt.conf },
    ...apt.certificates.map(({ name, pem }) => ({
      path: `usr/local/share/ca-certificates/${name}`,
      mode: 0o644,
      text: pem,
    })),
  ];
  const packages = PACKAGES.join(',');
  const hash = createHash('sha256')
    .update(JSON.stringify([suite, apt.mirror, packages, files, BUILD_SCRIPT]))
    .digest('hex')
    .slice(0, 12);
  return { suite, mirror: apt.mirror, packages, files, hash };
}

const sources = (suite: Suite, apt: AptSettings) => `Types: deb
URIs: ${apt.mirror}
Suites: ${suite} ${suite}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: ${apt.securityMirror}
Suites: ${suite}-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
