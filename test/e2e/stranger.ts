import type { Hosts } from '#simulators/hosts/hosts.ts';

/** Another machine on the hosts' network: an SSH client and Python, and nothing of the product. */
export interface Stranger {
  /** Runs a command as root by the key alone. */
  byKey(ip: string, command: string): Promise<{ code: number | null; stdout: string }>;
  /** What SSH says to someone who knows the password and has no key. */
  byPassword(ip: string, password: string): Promise<{ code: number | null; stderr: string }>;
  /** Every TCP port of 1 to 65535 that takes a connection. */
  openPorts(ip: string): Promise<readonly number[]>;
}

const COMMON = [
  ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  ...['-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=15', '-o', 'NumberOfPasswordPrompts=1'],
];

const SCAN = `
import json, resource, select, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
found = []
for start in range(1, 65536, 8192):
    poll, waiting = select.poll(), {}
    for port in range(start, min(start + 8192, 65536)):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex((sys.argv[1], port))
        waiting[s.fileno()] = (s, port)
        poll.register(s, select.POLLOUT)
    end = time.monotonic() + 1.5
    while waiting and time.monotonic() < end:
        for fd, _ in poll.poll(100):
            s, port = waiting.pop(fd)
            poll.unregister(fd)
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.append(port)
            s.close()
    for s, _ in waiting.values():
        s.close()
print(json.dumps(found))
`;

export async function createStranger(hosts: Hosts, privateKey: string): Promise<Stranger> {
  const id = 'stranger';
  await hosts.create(id);
  await hosts.ready(id, AbortSignal.timeout(60_000));
  const write = async (file: string, text: string) => {
    const { code, stderr } = await hosts.exec(id, ['sh', '-c', `umask 077; cat > ${file}`], {
      input: text,
    });
    if (code !== 0) throw new Error(stderr);
  };
  await write('/root/key', `${privateKey.trim()}\n`);
  await write('/root/scan.py', SCAN);
  // A program that answers the prompt: a password in the arguments would be seen by others.
  await write('/root/ask', '#!/bin/sh\ncat "$0.answer"\n');
  await hosts.exec(id, ['chmod', '700', '/root/ask']);

  return {
    async byKey(ip, command) {
      const login = ['-i', '/root/key', '-o', 'BatchMode=yes', `root@${ip}`];
      return hosts.exec(id, ['ssh', ...COMMON, ...login, command], { deadlineMs: 60_000 });
    },
    async byPassword(ip, password) {
      const answer = `/root/ask-${ip}`;
      await hosts.exec(id, ['cp', '-p', '/root/ask', answer]);
      await write(`${answer}.answer`, `${password}\n`);
      const env = ['env', `SSH_ASKPASS=${answer}`, 'SSH_ASKPASS_REQUIRE=force'];
      const only = ['-o', 'PubkeyAuthentication=no', `root@${ip}`, 'id'];
      return hosts.exec(id, [...env, 'ssh', ...COMMON, ...only], { deadlineMs: 60_000 });
    },
    async openPorts(ip) {
      const scan = await hosts.exec(id, ['python3', '/root/scan.py', ip], { deadlineMs: 120_000 });
      if (scan.code !== 0) throw new Error(scan.stderr);
      return JSON.parse(scan.stdout) as number[];
    },
  };
}
