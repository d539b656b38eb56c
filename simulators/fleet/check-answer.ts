import type { SimHost } from './host.ts';

/** What names the check script among the commands of a login; everything else in it is its own. */
export const isCheck = (command: string): boolean => command.includes('zavhoz-health 1');

/** What the agent's check script would print on this host now, as root. */
export function checkAnswer({ state, bootId, bootedAt }: SimHost, now: number): string {
  if (state.garbled) return '-bash: /bin/cat: Input/output error\nzavhoz-hea\u0000\u001b[0m';
  const up = Math.max(0, (now - bootedAt) / 1000).toFixed(2);
  const blocks = 10_000;
  const free = Math.round((blocks * (100 - state.diskPercent)) / 100);
  const memory = 4_000_000;
  const available = Math.round((memory * (100 - state.memoryPercent)) / 100);
  const lines = [
    'zavhoz-health 1',
    'uid=0',
    'ssh=active',
    `dockerd=${state.docker === 'up' ? 'active' : state.docker === 'dead' ? 'failed' : 'inactive'}`,
    `docker=${state.docker === 'up' ? '0' : state.docker === 'dead' ? '1' : 'absent'}`,
    `disk=${blocks} ${free} ${free} 1000 900 /`,
    `mem=${memory} ${available}`,
    `load=${state.load.toFixed(2)}`,
    'cpus=0-1',
    `fw=${state.firewall ? '0' : '1'}`,
    `guard=${state.firewall ? 'yes' : 'no'}`,
    `reboot=${state.rebootRequired ? 'yes' : 'no'}`,
    'sync=yes',
    `boot=${bootId}`,
    `up=${up} ${up}`,
    `now=${Math.round(now + state.clockOffsetMs)}`,
    'end 1',
  ];
  return `${lines.join('\n')}\n`;
}
