import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { IncidentRepository } from '#domain/repositories.ts';

/** Up to so many are told each by itself; more by one message that names them. */
const MOST_SINGLY = 10;
const PAGE = 200;

export interface Unmuted {
  /** They speak for themselves again. */
  readonly singly: readonly Incident[];
  /** Handles for one message: too many, and each stays muted until something is done to it. */
  readonly together: readonly string[];
}

/** What a mass failure spoke for and is still open when a human re-arms. */
export async function unmute(
  incidents: Pick<IncidentRepository, 'list' | 'update'>,
  by: string,
): Promise<Unmuted> {
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
    const together = [...new Set(muted.map(({ serverHandle }) => serverHandle))].sort();
    return { singly: [], together };
  }
  const singly: Incident[] = [];
  for (const { id } of muted) singly.push(await incidents.update(id, { muted: false }, by));
  return { singly, together: [] };
}
