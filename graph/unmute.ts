import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { IncidentRepository } from '#domain/repositories.ts';

/** Up to so many are told each by itself; more by one message that names them. */
const MOST_SINGLY = 10;
const PAGE = 200;

/**
 * What a mass failure spoke for and is still open when a human re-arms. A few get their own voice
 * back: the health worker tells them, and their end. Of more, the targets are returned for one
 * message, and each stays muted until something is done to it.
 */
export async function unmute(
  incidents: Pick<IncidentRepository, 'list' | 'update'>,
  by: string,
): Promise<readonly string[]> {
  const muted: Incident[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { items } = await incidents.list(
      { status: OPEN_INCIDENT_STATUSES },
      { offset, limit: PAGE },
    );
    muted.push(...items.filter((incident) => incident.muted));
    if (items.length < PAGE) break;
  }
  if (muted.length > MOST_SINGLY) {
    return [...new Set(muted.map(({ serverHandle }) => serverHandle))].sort();
  }
  for (const { id } of muted) await incidents.update(id, { muted: false }, by);
  return [];
}
