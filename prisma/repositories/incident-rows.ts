import { OpsError } from '#domain/errors.ts';
import type { Incident, IncidentType } from '#domain/incident.ts';
import type { Clock } from '#domain/ports.ts';
import type { Incident as IncidentRow } from '#generated/prisma/client.ts';
import { cleanJson, cleanText, isUuid } from './clean.ts';
import type { Tx } from './deps.ts';

export type { IncidentRow };

export const toIncident = ({ target, serverId: _, type, ...row }: IncidentRow): Incident => ({
  ...row,
  type: type as IncidentType,
  serverHandle: target,
});

/** The incident's row, locked until the transaction ends. @throws OpsError `not_found` */
export async function lockIncident(tx: Tx, id: string): Promise<IncidentRow> {
  if (isUuid(id))
    await tx.$queryRaw`SELECT id FROM incident WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = isUuid(id) ? await tx.incident.findUnique({ where: { id } }) : null;
  if (!row) throw new OpsError('not_found', `There is no incident ${id}.`);
  return row;
}

/** Adds a line to the timeline. */
export async function noteIncident(
  tx: Tx,
  clock: Clock,
  incidentId: string,
  actor: string,
  text: string,
  data: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await tx.incidentEvent.create({
    data: {
      ...{ incidentId, at: clock.now(), actor: cleanText(actor), text: cleanText(text) },
      data: cleanJson(data),
    },
  });
}
