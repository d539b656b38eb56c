import { setTimeout as wait } from 'node:timers/promises';
import { OpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import type { ChildRecord } from '#domain/remote.ts';
import { abortError } from '../abort.ts';
import { hostIdentity } from '../host-id.ts';
import { endGroup } from '../process-group.ts';
import { childMembers } from './child.ts';

const GRACE_MS = 5000;

/** Ends all processes of a run on this machine; false when something is left that will not die. */
export async function endChildHere(record: ChildRecord, log: Logger): Promise<boolean> {
  const gone = await endGroup(record.pgid, {
    graceMs: GRACE_MS,
    members: () => childMembers(record),
  });
  if (!gone) log.error({ pgid: record.pgid }, 'a playbook process cannot be ended');
  return gone;
}

/**
 * Returns when the recorded child is gone. On its own machine it is ended; after a reboot there is
 * nothing to end; of another machine one can only wait until it must have ended by itself.
 */
export async function endChild(
  record: ChildRecord,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  if (signal.aborted) throw abortError(signal, 'Ending a playbook');
  const here = hostIdentity();
  if (record.machineId === here.machineId) {
    if (record.bootId !== here.bootId || (await endChildHere(record, log))) return;
    throw new OpsError('unknown_outcome', `The playbook process ${record.pgid} cannot be ended.`);
  }
  const left = Date.parse(record.endsAt) - Date.now();
  if (!(left > 0)) return;
  log.info({ ends_at: record.endsAt }, 'waiting for the playbook of another machine to end');
  try {
    await wait(left, undefined, { signal });
  } catch {
    throw abortError(signal, 'Waiting for the playbook of another machine');
  }
}
