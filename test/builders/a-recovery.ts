import type { Incident, IncidentType } from '#domain/incident.ts';
import type { Operation } from '#domain/operation.ts';
import type { Repositories, Take } from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';
import { aServer } from './a-server.ts';
import { aTakenOperation } from './an-operation.ts';

type Needs = Pick<Repositories, 'servers' | 'operations' | 'incidents'>;

/** A server that was adopted: in status `ready` unless told. */
export async function anAdoptedServer(
  repositories: Pick<Repositories, 'servers'>,
  {
    status = 'ready',
    ...over
  }: Parameters<typeof aServer>[1] & { status?: 'ready' | 'in_use' } = {},
): Promise<Server> {
  const { handle } = await aServer(repositories, over);
  return repositories.servers.transition(handle, status, 'human', 'test');
}

/** An open incident of a server that was ready (or in use) until now. */
export async function anIncident(
  { servers, incidents }: Pick<Repositories, 'servers' | 'incidents'>,
  over: Parameters<typeof anAdoptedServer>[1] & {
    readonly type?: IncidentType;
    readonly failedAt?: Date;
  } = {},
): Promise<{ incident: Incident; server: Server }> {
  const { type = 'server_unreachable', failedAt, ...rest } = over;
  const { handle } = await anAdoptedServer({ servers }, rest);
  const incident = await incidents.open({
    ...{ type, serverHandle: handle, severity: 'critical', details: 'No answer' },
    ...{ operationId: null, ...(failedAt ? { failedAt } : {}) },
  });
  return { incident, server: await servers.require(handle) };
}

/** A recovery of such a server that a worker has under fence 1. */
export async function aRecovery(
  repositories: Needs,
  over: Parameters<typeof anIncident>[1] = {},
): Promise<{ operation: Operation; take: Take; incident: Incident; server: Server }> {
  const { incident, server } = await anIncident(repositories, over);
  const taken = await aTakenOperation(repositories, {
    ...{ kind: 'recover', target: server.handle, incidentId: incident.id },
  });
  return { ...taken, incident, server };
}
