import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { Incident } from '#domain/incident.ts';
import type { IncidentRepository } from '#domain/repositories.ts';

export const IncidentParams = z.object({ id: z.uuid() });

export async function requireIncident(
  incidents: Pick<IncidentRepository, 'find'>,
  id: string,
): Promise<Incident> {
  const incident = await incidents.find(id);
  if (incident) return incident;
  throw new OpsError('not_found', `There is no incident ${id}.`, {
    hint: 'GET /api/incidents lists them.',
  });
}
