import type { IncidentType } from '#domain/incident.ts';
import type { ServerStatus } from '#domain/server.ts';
import type { Tx } from './deps.ts';
import { ACTIVE } from './operation-rows.ts';
import type { ServerRow } from './server-rows.ts';

/** Incidents that take a server out of use while they are open. */
export const TAKES_OUT: readonly IncidentType[] = ['server_unreachable', 'ssh_blocked'];

const inUse = (status: ServerStatus | null): status is 'ready' | 'in_use' =>
  status === 'ready' || status === 'in_use';

interface Position {
  readonly status: ServerStatus;
  readonly errorFrom: ServerStatus | null;
}

/** What a move to `to` leaves to return to once the trouble is over; being set aside keeps it. */
export function errorFromOf(before: Position, to: ServerStatus): ServerStatus | null {
  if (to === 'error') return inUse(before.status) ? before.status : before.errorFrom;
  return to === 'maintenance' || to === 'unreachable' ? before.errorFrom : null;
}

/** ready | in_use -> error; true when it moved. */
export async function takeOut(tx: Tx, server: ServerRow): Promise<boolean> {
  if (!inUse(server.status)) return false;
  await tx.server.update({
    where: { id: server.id },
    data: { status: 'error', statusBefore: server.status, errorFrom: server.status },
  });
  return true;
}

/**
 * error -> the status before, without provisioning: only when an incident took it out, none does any
 * more, and no operation is under way, whose end would say. One that was set aside meanwhile returns
 * to that status later. Returns the status it has come back to, or null.
 */
export async function bringBack(tx: Tx, server: ServerRow): Promise<ServerStatus | null> {
  const to = server.errorFrom;
  if (!to || (await isTakenOut(tx, server.id)) || (await isBusy(tx, server.id))) return null;
  if (server.status === 'error') {
    await tx.server.update({
      where: { id: server.id },
      data: { status: to, statusBefore: null, errorFrom: null },
    });
    return to;
  }
  const aside = server.status === 'maintenance' || server.status === 'unreachable';
  if (aside && server.statusBefore === 'error') {
    const missing = server.missingFrom === 'error' ? { missingFrom: to } : {};
    await tx.server.update({
      where: { id: server.id },
      data: { statusBefore: to, errorFrom: null, ...missing },
    });
  }
  return null;
}

/** Whether an open incident keeps the server out of use. */
export const isTakenOut = async (tx: Tx, serverId: string): Promise<boolean> =>
  (await tx.incident.count({
    where: { serverId, type: { in: [...TAKES_OUT] }, status: { in: ['detected', 'recovering'] } },
  })) > 0;

/** Whether what took it out of use last was resolved, and not given up. */
export async function isOver(tx: Tx, serverId: string): Promise<boolean> {
  const last = await tx.incident.findFirst({
    where: { serverId, type: { in: [...TAKES_OUT] } },
    orderBy: { detectedAt: 'desc' },
    select: { status: true },
  });
  return last?.status === 'resolved';
}

const isBusy = async (tx: Tx, serverId: string): Promise<boolean> =>
  (await tx.operation.count({ where: { serverId, status: { in: [...ACTIVE] } } })) > 0;
