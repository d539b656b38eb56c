import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import { type FleetState, stopOf } from '#domain/fleet.ts';
import { restartHelps } from '#domain/health/faults.ts';
import type { Incident } from '#domain/incident.ts';
import { hasLadder } from '#domain/ladder.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type {
  FleetRepository,
  GroupRepository,
  HealthRepository,
  OutboxRepository,
} from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';

export interface WordsDeps {
  readonly fleet: Pick<FleetRepository, 'state'>;
  readonly groups: Pick<GroupRepository, 'require'>;
  readonly health: Pick<HealthRepository, 'target'>;
  readonly outbox: OutboxRepository;
  readonly agent: Pick<Agent, 'submit'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Names one beginning of one incident; after a re-arm those that were open before get a new word
 * each, whatever became of the first.
 */
export function recoverKey(incident: Incident, { rearmedAt }: FleetState): string {
  const key = `recover:${incident.id}:${incident.reopened}`;
  return rearmedAt && incident.detectedAt < rearmedAt ? `${key}:${rearmedAt.getTime()}` : key;
}

const isOurs = ({ care, handsOff, status }: Server): boolean =>
  care === 'managed' && !handsOff && status !== 'maintenance';

/** What goes out for an incident: messages to people, orders to recover. All of it at most once. */
export function createWords({ fleet, groups, health, outbox, agent, clock, log }: WordsDeps) {
  /** A ladder that has nothing to try would only end in one more alarm. */
  async function isRecovered({ type }: Incident, server: Server): Promise<boolean> {
    if (!hasLadder(type) || !isOurs(server)) return false;
    if (type !== 'server_degraded') return true;
    return restartHelps(type, (await health.target(server.id))?.report ?? null);
  }

  async function modeOf(incident: Incident, server: Server): Promise<string> {
    if (!(await isRecovered(incident, server))) return '';
    return server.mode ?? (await groups.require(server.group)).policy.mode;
  }

  return {
    async opened(incident: Incident, server: Server): Promise<void> {
      if (incident.muted) return;
      await outbox.enqueue({
        dedupeKey: `incident:${incident.id}:opened:${incident.reopened}`,
        ...{ severity: incident.severity, kind: 'incident_opened', operationId: null },
        serverHandle: server.handle,
        params: {
          ...{ type: incident.type, server: server.handle, reason: incident.details },
          since: incident.failedAt.toISOString(),
          services: incident.affectedServices.join(', '),
          mode: await modeOf(incident, server),
          incident: incident.id,
        },
      });
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

    /** True when there is nothing more to order; false: not now, ask again at the next look. */
    async recover(incident: Incident, server: Server): Promise<boolean> {
      if (!(await isRecovered(incident, server))) return true;
      const state = await fleet.state();
      if (stopOf(state) !== null) return false;
      try {
        await agent.submit({
          ...{ kind: 'recover', incidentId: incident.id, target: server.handle },
          ...{ by: 'agent:health', key: recoverKey(incident, state) },
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
