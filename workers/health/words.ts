import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import { type FleetState, stopOf } from '#domain/fleet.ts';
import { restartHelps } from '#domain/health/faults.ts';
import type { Incident } from '#domain/incident.ts';
import { incidentOpened, isRecoverable } from '#domain/incident-opened.ts';
import { isTerminal } from '#domain/operation.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type {
  FleetRepository,
  GroupRepository,
  HealthRepository,
  OperationRepository,
  OutboxRepository,
  RecoveryRepository,
} from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';

export interface WordsDeps {
  readonly fleet: Pick<FleetRepository, 'state'>;
  readonly groups: Pick<GroupRepository, 'require'>;
  readonly health: Pick<HealthRepository, 'target'>;
  readonly operations: Pick<OperationRepository, 'find'>;
  readonly recoveries: Pick<RecoveryRepository, 'ofIncident'>;
  readonly outbox: OutboxRepository;
  readonly agent: Pick<Agent, 'submit'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Names one beginning of one incident; after a re-arm those that were open before get a new word
 * each, whatever became of the first. So does one of which an operation only observed.
 */
export function recoverKey(
  incident: Incident,
  { rearmedAt }: FleetState,
  observedBy: string | null,
): string {
  const key = `recover:${incident.id}:${incident.reopened}`;
  const again = rearmedAt && incident.detectedAt < rearmedAt ? [key, rearmedAt.getTime()] : [key];
  return [...again, ...(observedBy === null ? [] : [`after:${observedBy}`])].join(':');
}

/** What goes out for an incident: messages to people, orders to recover. All of it at most once. */
export function createWords(deps: WordsDeps) {
  const { fleet, groups, health, operations, recoveries, outbox, agent, clock, log } = deps;

  /** A ladder that has nothing to try would only end in one more alarm. */
  async function isRecovered(incident: Incident, server: Server): Promise<boolean> {
    const { type } = incident;
    if (!isRecoverable(incident, server)) return false;
    if (type !== 'server_degraded') return true;
    return restartHelps(type, (await health.target(server.id))?.report ?? null);
  }

  const modeOf = async (server: Server) =>
    server.mode ?? (await groups.require(server.group)).policy.mode;

  /** The operation that said what it would do under `observe`, where the mode is another one now. */
  async function observedBy(incident: Incident, server: Server): Promise<string | null> {
    const last = (await recoveries.ofIncident(incident.id)).at(-1);
    if (last?.outcome !== 'would' || (await modeOf(server)) === 'observe') return null;
    return last.operationId;
  }

  const hasEnded = async (operationId: string): Promise<boolean> => {
    const operation = await operations.find(operationId);
    return operation === null || isTerminal(operation.status);
  };

  return {
    async opened(incident: Incident, server: Server): Promise<void> {
      if (incident.muted) return;
      const mode = (await isRecovered(incident, server)) ? await modeOf(server) : null;
      await outbox.enqueue(incidentOpened(incident, mode));
    },

    async resolved(incident: Incident): Promise<void> {
      if (incident.muted) return;
      const ended = incident.resolvedAt ?? clock.now();
      const seconds = Math.round((ended.getTime() - incident.failedAt.getTime()) / 1000);
      await outbox.enqueue({
        dedupeKey: `incident:${incident.id}:resolved:${incident.reopened}`,
        ...{ severity: 'success', kind: 'incident_resolved', operationId: null },
        serverHandle: incident.serverHandle,
        params: {
          ...{ type: incident.type, server: incident.serverHandle, rungs: '', redeployed: '' },
          seconds: Math.max(0, seconds),
          incident: incident.id,
        },
      });
    },

    /** Whether anything stops automatic action now. */
    isStopped: async (): Promise<boolean> => stopOf(await fleet.state()) !== null,

    /** True when there is nothing more to order; false: not now, ask again at the next look. */
    async recover(incident: Incident, server: Server): Promise<boolean> {
      if (!(await isRecovered(incident, server))) return true;
      const state = await fleet.state();
      if (stopOf(state) !== null) return false;
      const before = await observedBy(incident, server);
      if (before !== null && !(await hasEnded(before))) return false;
      try {
        await agent.submit({
          ...{ kind: 'recover', incidentId: incident.id, target: server.handle },
          ...{ by: 'agent:health', key: recoverKey(incident, state, before) },
        });
        return true;
      } catch (error) {
        const { code, message, retry } = toOpsError(error);
        log.info({ server: server.handle, code, error: message }, 'no recovery was ordered');
        // Another operation is under way: its end will be seen.
        return retry === 'no' && code !== 'conflict' && code !== 'frozen';
      }
    },
  };
}
export type Words = ReturnType<typeof createWords>;
