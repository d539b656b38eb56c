import type { Clock, Logger } from '#domain/ports.ts';
import type { FleetRepository } from '#domain/repositories.ts';

export const HEARTBEAT_SECONDS = 60;
/** Workers say every few seconds that they are there; polling answers at least every 25 s. */
const WORKERS_MS = 60_000;
const POLLING_MS = 120_000;
const PING_MS = 10_000;

export interface HeartbeatDeps {
  readonly fleet: Pick<FleetRepository, 'state'>;
  /** Age of the last answered getUpdates; null: not polling (yet); undefined: chat is off. */
  readonly pollingAgeMs: () => number | null | undefined;
  readonly ping: (timeoutMs: number, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells somebody outside that all is well, each minute; silence is the alarm. So nothing is sent
 * while the workers or the chat are not there.
 */
export const createHeartbeat =
  ({ fleet, pollingAgeMs, ping, clock, log }: HeartbeatDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    const { heartbeatAt } = await fleet.state();
    const age = heartbeatAt === null ? null : clock.now().getTime() - heartbeatAt.getTime();
    const polling = pollingAgeMs();
    const well = age !== null && age <= WORKERS_MS;
    const heard = polling === undefined || (polling !== null && polling <= POLLING_MS);
    if (!well || !heard) {
      log.warn({ workers: well, polling: heard }, 'no heartbeat goes out');
      return;
    }
    await ping(PING_MS, signal);
  };
