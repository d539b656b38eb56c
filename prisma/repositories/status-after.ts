import type { TerminalStatus } from '#domain/operation.ts';
import type { ServerStatus } from '#domain/server.ts';

interface Work {
  readonly episode: number;
  readonly attempt: number;
  readonly priorStatus: ServerStatus;
  readonly priorStatusBefore: ServerStatus | null;
}
interface Position {
  readonly status: ServerStatus;
  readonly statusBefore: ServerStatus | null;
}

/** Statuses that an operation under way gives its server. */
const WORKING: readonly ServerStatus[] = ['pending_setup', 'force_rebuild', 'provisioning'];
const isWorking = (status: ServerStatus | null): status is ServerStatus =>
  status !== null && WORKING.includes(status);

/** What a new intent remembers as the status before: never one that only lasted for an operation. */
export function statusBeforeIntent(server: Position): ServerStatus | null {
  if (server.status === 'provisioning') return 'error';
  return isWorking(server.status) ? server.statusBefore : server.status;
}

/** Where the end of an operation leaves its server; null where it is none of its business. */
export function statusAfter(
  end: TerminalStatus,
  operation: Work,
  server: Position & { readonly episode: number },
): Position | null {
  if (end === 'superseded' || operation.episode !== server.episode) return null;
  if (isWorking(server.status)) return leave(end, operation, server.status);
  // Set aside meanwhile (maintenance, unreachable): it is the status to return to that changes.
  if (!isWorking(server.statusBefore)) return null;
  const returns = leave(end, operation, server.statusBefore);
  return returns && { status: server.status, statusBefore: returns.status };
}

/**
 * The same for a recovery, which took nothing out itself: a success leads to the status before the
 * error (`errorFrom`), anything else leaves it. One that left the error meanwhile is let be.
 */
export function statusAfterRecovery(
  end: TerminalStatus,
  operation: Pick<Work, 'episode'>,
  server: Position & { readonly episode: number; readonly errorFrom: ServerStatus | null },
): Position | null {
  if (end === 'superseded' || operation.episode !== server.episode) return null;
  const next = (from: ServerStatus | null): ServerStatus | null => {
    if (from === 'provisioning')
      return end === 'succeeded' ? (server.errorFrom ?? 'ready') : 'error';
    return from === 'error' && end === 'succeeded' ? server.errorFrom : null;
  };
  const here = next(server.status);
  if (here) return { status: here, statusBefore: null };
  const aside = server.status === 'maintenance' || server.status === 'unreachable';
  const later = aside ? next(server.statusBefore) : null;
  return later && { status: server.status, statusBefore: later };
}

function leave(end: TerminalStatus, operation: Work, from: ServerStatus): Position | null {
  if (end === 'succeeded') {
    return from === 'provisioning' ? { status: 'ready', statusBefore: null } : null;
  }
  const touched = operation.attempt > 0 || from === 'provisioning';
  const refused = end === 'failed' && from === 'force_rebuild';
  return touched || refused ? { status: 'error', statusBefore: null } : prior(operation);
}

/** Nothing was done to it: as it was. One that stood in pending_setup leaves the list, else it would be taken up again at once. */
function prior({ priorStatus, priorStatusBefore }: Work): Position {
  if (priorStatus === 'provisioning') return { status: 'error', statusBefore: null };
  if (!isWorking(priorStatus)) return { status: priorStatus, statusBefore: priorStatusBefore };
  const fallback = priorStatus === 'pending_setup' ? 'discovered' : 'error';
  const back = isWorking(priorStatusBefore) ? null : priorStatusBefore;
  return { status: back ?? fallback, statusBefore: null };
}
