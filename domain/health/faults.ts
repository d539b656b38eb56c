import type { CheckOutcome } from './reading.ts';
import type { HealthReport } from './report.ts';

/** What may be wrong on a host that answers. */
export const FAULTS = ['disk_full', 'server_degraded'] as const;
export type Fault = (typeof FAULTS)[number];

/** Checks in a row that show a fault before it counts, and that do not before it is over. */
export const FAULT_CHECKS = 3;
export const FAULT_GOODS = 2;

/** Checks in a row, by fault; kept in memory only: after a restart it takes as many again. */
export type Streaks = Readonly<Record<Fault, { readonly bad: number; readonly good: number }>>;
export const NO_STREAKS: Streaks = {
  disk_full: { bad: 0, good: 0 },
  server_degraded: { bad: 0, good: 0 },
};

const PARTS_OF_DEGRADED = ['ssh', 'docker', 'memory', 'load', 'firewall', 'clock'] as const;

/** What a report says of a fault: there, not there, or nothing (null). Only `failed` parts count. */
export function faultIn(fault: Fault, outcome: CheckOutcome, report: HealthReport | null) {
  if (outcome === 'garbled') return fault === 'server_degraded' ? true : null;
  if (report === null) return null;
  const states =
    fault === 'disk_full'
      ? [report.disk.state]
      : PARTS_OF_DEGRADED.map((part) => report[part].state);
  if (states.includes('failed')) return true;
  return states.every((state) => state === 'unknown') ? null : false;
}

/** Whether a restart of what failed may end it: nobody brings load, memory or a clock back so. */
export const restartHelps = (fault: Fault, report: HealthReport | null): boolean =>
  fault === 'disk_full' || report?.docker.state === 'failed' || report?.ssh.state === 'failed';

/** Why, for a person: the reasons of what failed. */
export function faultReason(fault: Fault, report: HealthReport | null): string {
  if (report === null) return 'The check script gave no answer that makes sense.';
  if (fault === 'disk_full') return `disk: ${report.disk.reason}`;
  return PARTS_OF_DEGRADED.filter((part) => report[part].state === 'failed')
    .map((part) => `${part}: ${report[part].reason}`)
    .join('; ');
}

export function countFaults(
  streaks: Streaks,
  outcome: CheckOutcome,
  report: HealthReport | null,
): Streaks {
  const next = (fault: Fault) => {
    const seen = faultIn(fault, outcome, report);
    const { bad, good } = streaks[fault];
    if (seen === null) return { bad, good };
    return seen ? { bad: bad + 1, good: 0 } : { bad: 0, good: good + 1 };
  };
  return { disk_full: next('disk_full'), server_degraded: next('server_degraded') };
}
