import { z } from 'zod';

/** Every job there is: its payload's schema (ids only, never documents or secrets) and its tries. */
export const jobs = {
  /** A wake-up: somebody look at this operation. The deadline is the operation's own. */
  'graph.run': { data: z.object({ operationId: z.uuid() }), attempts: 1 },
} as const;

export type JobName = keyof typeof jobs;
/** The compiler asks for a handler for each row. */
export type Handlers = {
  readonly [K in JobName]: (data: z.output<(typeof jobs)[K]['data']>) => Promise<void>;
};
