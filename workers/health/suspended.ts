import { toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { ProviderFacts } from '#domain/provider.ts';
import type { Server } from '#domain/server.ts';
import { withDeadline } from './deadline.ts';

/** An alert does not wait longer for its provider's word. */
const ASK_MS = 3000;

/**
 * Whether the provider itself says that a failing server is suspended: that is no fault, and no
 * ladder helps. A provider that does not answer says nothing and mutes nothing.
 */
export const createSuspended =
  ({
    factsOf,
    clock,
    log,
  }: {
    readonly factsOf: (server: Server, signal: AbortSignal) => Promise<ProviderFacts>;
    readonly clock: Clock;
    readonly log: Logger;
  }) =>
  async (server: Server, signal: AbortSignal): Promise<boolean> => {
    try {
      const facts = await withDeadline(clock, ASK_MS, signal, (s) => factsOf(server, s));
      return facts.state === 'suspended';
    } catch (error) {
      log.debug({ server: server.handle, error: toOpsError(error).message }, 'no facts');
      return false;
    }
  };
export type Suspended = ReturnType<typeof createSuspended>;
