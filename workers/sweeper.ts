import { toOpsError } from '#domain/errors.ts';
import type { Clock, Doorbell, Logger, Metrics } from '#domain/ports.ts';
import type {
  ApprovalRepository,
  FleetRepository,
  InputRequestRepository,
  OperationRepository,
} from '#domain/repositories.ts';

const MOST_PER_SWEEP = 200;
/** A pause in the heartbeat longer than this counts as a time in which nobody worked the queue. */
const GAP_MS = 60_000;

export interface SweeperDeps {
  readonly operations: OperationRepository;
  readonly inputs: InputRequestRepository;
  readonly approvals: ApprovalRepository;
  readonly fleet: FleetRepository;
  readonly doorbell: Doorbell & { depth(): Promise<number> };
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** One sweep: what a crash or a lost job left lying is rung for again; overdue questions expire. */
export function createSweep(deps: SweeperDeps): () => Promise<void> {
  const { operations, inputs, approvals, fleet, doorbell, clock, log, metrics } = deps;
  return async () => {
    const now = clock.now();
    const before = await fleet.heartbeat(now);
    if (before !== null && now.getTime() - before.getTime() > GAP_MS) {
      await operations.addUnattended(before, now);
    }
    for (const request of await inputs.expire(now)) {
      log.info({ request: request.id, operation: request.operationId }, 'a question expired');
    }
    // Expired means denied for now: its operation wakes up, and asks anew while the fact persists.
    for (const approval of await approvals.expire(now)) {
      log.info({ approval: approval.id, server: approval.serverHandle }, 'an approval expired');
    }
    for (const operation of await operations.due(MOST_PER_SWEEP)) {
      try {
        await doorbell.ring(operation);
      } catch (error) {
        log.debug({ error: toOpsError(error).message }, 'the queue does not answer');
        return;
      }
    }
    metrics.gauge('zavhoz_queue_depth', await doorbell.depth(), {
      queue: 'graph.run',
      state: 'open',
    });
  };
}
