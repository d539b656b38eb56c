import { hostIdentity, processStartTime } from './host-id.ts';

/** Who holds a lease: enough to see, on the same machine, that it is not alive any more. */
export interface LeaseHolder {
  readonly machine: string;
  readonly boot: string;
  readonly pid: number;
  /** Clock ticks after boot: tells a process from a later one with the same pid. */
  readonly start: string;
  readonly name: string;
}

export const thisProcess = (name: string): LeaseHolder => {
  const { machineId: machine, bootId: boot } = hostIdentity();
  return { machine, boot, pid: process.pid, start: processStartTime(process.pid) ?? '', name };
};

/**
 * True only when it is certain: a process of this machine and this boot that is gone, a zombie, or
 * whose pid belongs to another one. A holder elsewhere is waited for until its time is over.
 */
export function isCertainlyDead(holder: LeaseHolder, us: LeaseHolder): boolean {
  if (holder.machine !== us.machine || holder.boot !== us.boot) return false;
  return processStartTime(holder.pid) !== holder.start;
}
