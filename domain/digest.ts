import { z } from 'zod';
import { IncidentStatus, IncidentType } from './incident.ts';

/** One day of the fleet, as a chat is told it; counts by status, times ISO 8601, percent 0 to 100. */
export const Digest = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  servers: z.record(z.string(), z.number().int()),
  incidents: z.array(
    z.object({
      server: z.string(),
      type: IncidentType,
      status: IncidentStatus,
      /** How long it lasted, or has lasted. */
      seconds: z.number(),
    }),
  ),
  /** Beyond those that are listed. */
  moreIncidents: z.number().int(),
  /** Of all checks whose outcome is known; null where there was none. */
  uptime: z.number().nullable(),
  operations: z.record(z.string(), z.number().int()),
  approvals: z.number().int(),
  inputs: z.number().int(),
  /** The end of the audit chain: whoever rewrites the past contradicts this message. */
  chain: z.object({ seq: z.string(), hash: z.string() }).nullable(),
});
export type Digest = z.infer<typeof Digest>;
