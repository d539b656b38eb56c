import type { BotDeps } from '#bot/deps.ts';
import { OpsError } from '#domain/errors.ts';
import {
  type Incident,
  type IncidentEvent,
  OPEN_INCIDENT_STATUSES,
  Severity,
} from '#domain/incident.ts';

const weight = ({ severity, muted }: Incident) =>
  (muted ? -10 : 0) + Severity.options.indexOf(severity);

/** Incidents over the list that the stage shows. */
export function chatIncidents(
  rows: Incident[],
  events: ReadonlyMap<string, readonly IncidentEvent[]> = new Map(),
): BotDeps['incidents'] {
  return {
    find: async (id) => rows.find((incident) => incident.id === id) ?? null,
    events: async (id) => events.get(id) ?? [],
    async countOpen() {
      const counts: Partial<Record<Severity, number>> = {};
      for (const { status, severity } of rows) {
        if (OPEN_INCIDENT_STATUSES.some((open) => open === status)) {
          counts[severity] = (counts[severity] ?? 0) + 1;
        }
      }
      return counts;
    },
    async list({ status, serverHandle, since }, { offset, limit }, order) {
      const found = rows.filter(
        (incident) =>
          (!status || status.includes(incident.status)) &&
          (!serverHandle || incident.serverHandle === serverHandle) &&
          (!since || incident.detectedAt >= since),
      );
      if (order === 'worst') found.sort((a, b) => weight(b) - weight(a));
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    async update(id, patch) {
      const at = rows.findIndex((incident) => incident.id === id);
      const before = rows[at];
      if (!before) throw new OpsError('not_found', 'There is no such incident.');
      const changed = { ...before, ...patch, ...(patch.takenBy ? { takenAt: new Date() } : {}) };
      rows[at] = changed;
      return changed;
    },
  };
}
