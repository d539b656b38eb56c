import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import type { Incident } from '#domain/incident.ts';
import { incidentOpened, isRecoverable } from '#domain/incident-opened.ts';
import type { Notification } from '#domain/notification.ts';
import type { Operation } from '#domain/operation.ts';
import type { AgentDeps } from './agent.ts';
import { unmute } from './unmute.ts';

const MOST_WAITING = 200;
/** Servers that the one message about many names. */
const MOST_NAMED = 20;

/** A human's word over all automatic action: it stops at once, and goes on by a word alone. */
export function createFleetWords(
  { fleet, groups, servers, incidents, operations, outbox, clock, log }: AgentDeps,
  ring: (operation: Operation) => void,
): Pick<Agent, 'freeze' | 'rearm' | 'fleet'> {
  /** A notification that fails never changes an outcome. */
  const tell = async (
    kind: 'fleet_frozen' | 'fleet_rearmed',
    severity: Notification['severity'],
    at: Date,
    params: Notification['params'],
  ) => {
    const dedupeKey = `${kind}:${at.toISOString()}`;
    try {
      await outbox.enqueue({
        ...{ dedupeKey, severity, kind, params },
        serverHandle: null,
        operationId: null,
      });
    } catch (error) {
      log.warn({ error: toOpsError(error).message }, 'a word over the fleet was not told');
    }
  };

  const tellOpen = async (open: readonly Incident[]) => {
    for (const incident of open) {
      try {
        const server = await servers.require(incident.serverHandle);
        const mode = server.mode ?? (await groups.require(server.group)).policy.mode;
        await outbox.enqueue(
          incidentOpened(incident, isRecoverable(incident, server) ? mode : null),
        );
      } catch (error) {
        const { message } = toOpsError(error);
        log.warn({ incident: incident.id, error: message }, 'what is still open was not told');
      }
    }
  };

  return {
    fleet: () => fleet.state(),
    async freeze(by, reason) {
      const at = clock.now();
      if (await fleet.freeze(by, reason, at)) {
        log.warn({ by, reason }, 'all automatic action is frozen');
        await tell('fleet_frozen', 'warning', at, { reason, by });
      }
      return fleet.state();
    },
    async rearm(by) {
      // Before the word: afterwards workers look at what is open, and tell what may speak.
      const { singly, together } = await unmute(incidents, by).catch((error: unknown) => {
        log.warn({ error: toOpsError(error).message }, 'what is still open was not looked up');
        return { singly: [], together: [] };
      });
      const at = clock.now();
      const before = await fleet.rearm(by, at);
      log.warn({ by }, 'automatic action goes on');
      if (before.frozenAt !== null || before.breakerOpenAt !== null) {
        const reason = before.frozenReason ?? before.breakerReason ?? '';
        const open = together.slice(0, MOST_NAMED).join(', ');
        await tell('fleet_rearmed', 'info', at, { reason, by, count: together.length, open });
      }
      // Now, and not at the next look: the first may be brought back before that.
      await tellOpen(singly);
      // Recoveries that wait for this word look at once; the ramp decides who goes first.
      const { items } = await operations.list(
        { kind: 'recover', status: ['queued', 'waiting'] },
        { offset: 0, limit: MOST_WAITING },
      );
      for (const operation of items) ring(operation);
      return fleet.state();
    },
  };
}
