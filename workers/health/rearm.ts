import { toOpsError } from '#domain/errors.ts';
import { type FleetState, stopOf } from '#domain/fleet.ts';
import { OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import { hasLadder } from '#domain/ladder.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type {
  FleetRepository,
  IncidentRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import { FLEET } from './breaker.ts';
import type { Words } from './words.ts';

const LOOK_MS = 5000;
const PAGE = 200;

export interface RearmDeps {
  readonly fleet: Pick<FleetRepository, 'state'>;
  readonly incidents: Pick<IncidentRepository, 'list' | 'resolve'>;
  readonly servers: Pick<ServerRepository, 'find'>;
  readonly words: Pick<Words, 'recover'>;
  /** What is open gets its message, where it may speak again, by the next look at it. */
  readonly onRearmed: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** After a human's word the incidents that are still open get their recovery. */
export function createRearm(deps: RearmDeps) {
  const { fleet, incidents, servers, words, clock, log } = deps;
  /** The re-arm that was dealt with; its orders carry its time, so another worker's are the same. */
  let done = 0;

  async function submitAll(rearmedAt: Date): Promise<void> {
    const open = { status: OPEN_INCIDENT_STATUSES };
    for (let offset = 0; ; offset += PAGE) {
      const { items } = await incidents.list(open, { offset, limit: PAGE });
      for (const incident of items) {
        if (!hasLadder(incident.type) || incident.detectedAt >= rearmedAt) continue;
        const server = await servers.find(incident.serverHandle);
        if (server !== null) await words.recover(incident, server);
      }
      if (items.length < PAGE) return;
    }
  }

  async function look(): Promise<void> {
    const state: FleetState = await fleet.state();
    const at = state.rearmedAt;
    if (at === null || at.getTime() === done || stopOf(state) !== null) return;
    log.info({ at }, 're-armed: open incidents are recovered');
    await incidents.resolve(FLEET, ['mass_failure'], 'A human looked at it and re-armed.');
    deps.onRearmed();
    await submitAll(at);
    done = at.getTime();
  }

  return {
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await look().catch((error: unknown) => {
          if (!signal.aborted) log.warn({ error: toOpsError(error).message }, 're-arm');
        });
        await clock.sleep(LOOK_MS, signal).catch(() => undefined);
      }
    },
  };
}
