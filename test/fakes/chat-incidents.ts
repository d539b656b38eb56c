import type { BotDeps } from '#bot/deps.ts';
import { OpsError } from '#domain/errors.ts';
import type { Incident } from '#domain/incident.ts';

/** Incidents over the list that the stage shows. */
export function chatIncidents(rows: Incident[]): BotDeps['incidents'] {
  return {
    find: async (id) => rows.find((incident) => incident.id === id) ?? null,
    events: async () => [],
    async list({ status, serverHandle }, { offset, limit }) {
      const found = rows.filter(
        (incident) =>
          (!status || status.includes(incident.status)) &&
          (!serverHandle || incident.serverHandle === serverHandle),
      );
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
