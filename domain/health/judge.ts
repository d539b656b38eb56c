import type { HostReading } from './reading.ts';
import type { Expectations, HealthPart, HealthPartName, HealthReport } from './report.ts';

type Limits = readonly [number, number];
type Parts = Readonly<Record<HealthPartName, HealthPart>>;

/** Parts without which a host cannot count as well. */
const NEEDED = ['docker', 'disk', 'memory', 'firewall'] as const;

const part = (state: HealthPart['state'], reason: string): HealthPart => ({ state, reason });
const UNSEEN = part('unknown', 'not seen');
const ROOT_ONLY = part('unknown', 'only root may ask');

/**
 * States and reasons of what a check saw, in the words of playbooks/library/zavhoz_health.py: a
 * test compares the two on a real host. Pure.
 */
export function judgeReading(reading: HostReading, expected: Expectations): HealthReport {
  const parts: Parts = {
    ssh: ssh(reading),
    docker: docker(reading, expected.docker),
    disk: disk(reading, expected.disk_percent),
    memory: memory(reading, expected.memory_percent),
    load: load(reading, expected.load_percent),
    firewall: firewall(reading, expected.firewall),
    pending_reboot: pendingReboot(reading),
    clock: clock(reading, expected.clock_seconds),
  };
  return { ...parts, overall: overall(parts) };
}

function ssh({ sshUnit }: HostReading): HealthPart {
  if (sshUnit === 'active') return part('ok', 'logged in, the unit is active');
  return part('degraded', `logged in, but the unit is ${sshUnit ?? 'unknown'}`);
}

function docker(reading: HostReading, expected: boolean): HealthPart {
  switch (reading.docker) {
    case 'answers':
      return part('ok', 'answers');
    case 'absent':
      return part(expected ? 'failed' : 'ok', 'not installed');
    case 'forbidden':
      return ROOT_ONLY;
    case 'silent':
      return part('failed', `does not answer, the unit is ${reading.dockerUnit ?? 'unknown'}`);
    case null:
      return UNSEEN;
  }
}

function disk({ disks }: HostReading, limits: Limits): HealthPart {
  let worst: { readonly percent: number; readonly reason: string } | undefined;
  for (const { path, spacePercent, inodePercent } of disks) {
    const percent = Math.max(spacePercent, inodePercent);
    const reason = `${spacePercent}% of ${path}, ${inodePercent}% of its inodes`;
    // Of two that are equally full the greater reason, so that the word does not change by itself.
    const fuller = !worst || percent > worst.percent;
    if (fuller || (percent === worst?.percent && reason > worst.reason))
      worst = { percent, reason };
  }
  return worst === undefined ? UNSEEN : byLimit(worst.percent, limits, worst.reason);
}

function memory({ memory: seen }: HostReading, limits: Limits): HealthPart {
  if (seen === null) return UNSEEN;
  const reason = `${seen.usedPercent}% of ${seen.totalMiB} MiB in use`;
  return byLimit(seen.usedPercent, limits, reason);
}

function load({ load: seen }: HostReading, limits: Limits): HealthPart {
  if (seen === null) return UNSEEN;
  const percent = Math.trunc((100 * seen.five) / seen.cores);
  return byLimit(percent, limits, `${seen.five.toFixed(2)} on ${seen.cores} cores`);
}

function firewall(reading: HostReading, expected: boolean): HealthPart {
  switch (reading.firewall) {
    case 'forbidden':
      return ROOT_ONLY;
    case 'absent':
      return part(expected ? 'failed' : 'ok', 'not installed');
    case 'inactive':
      return part(expected ? 'failed' : 'ok', 'not active');
    case null:
      return UNSEEN;
    case 'active':
      break;
  }
  if (reading.docker === 'absent') return part('ok', 'active');
  if (reading.publishedPortsGuarded === null) return part('unknown', 'active, ports unseen');
  if (reading.publishedPortsGuarded) return part('ok', 'active, also for published ports');
  const reason = 'active, but ports that containers publish bypass it';
  return part(expected ? 'degraded' : 'ok', reason);
}

function pendingReboot({ rebootRequired }: HostReading): HealthPart {
  if (rebootRequired === null) return UNSEEN;
  return rebootRequired ? part('degraded', 'an upgrade asks for a reboot') : part('ok', 'none');
}

function clock({ clock: seen }: HostReading, limits: Limits): HealthPart {
  if (seen.offsetMs !== null) {
    const seconds = Math.abs(seen.offsetMs) / 1000;
    const way = seen.offsetMs > 0 ? 'ahead' : 'behind';
    const judged = byLimit(seconds, limits, `${seconds.toFixed(1)} s ${way}`);
    if (judged.state !== 'ok') return judged;
  }
  if (seen.synchronised === true) return part('ok', 'synchronised');
  if (seen.synchronised === false) return part('degraded', 'not synchronised');
  return part('unknown', 'the host does not say');
}

function byLimit(value: number, [degraded, failed]: Limits, reason: string): HealthPart {
  return part(value >= failed ? 'failed' : value >= degraded ? 'degraded' : 'ok', reason);
}

function overall(parts: Parts): HealthPart {
  for (const state of ['failed', 'degraded'] as const) {
    const names = Object.entries(parts)
      .filter(([, seen]) => seen.state === state)
      .map(([name]) => name)
      .sort();
    if (names.length > 0) return part(state, names.join(', '));
  }
  const blind = NEEDED.filter((name) => parts[name].state === 'unknown');
  return blind.length > 0
    ? part('degraded', `unknown: ${blind.join(', ')}`)
    : part('ok', 'all well');
}
