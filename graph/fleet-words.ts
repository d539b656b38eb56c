import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import type { Notification } from '#domain/notification.ts';
import type { Operation } from '#domain/operation.ts';
import type { AgentDeps } from './agent.ts';
import { unmute } from './unmute.ts';

const MOST_WAITING = 200;
/** Servers that the one message about many names. */
const MOST_NAMED = 20;

/** A human's word over all automatic action: it stops at once, and goes on by a word alone. */
export function createFleetWords(
  { fleet, incidents, operations, outbox, clock, log }: AgentDeps,
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
      const still = await unmute(incidents, by).catch((error: unknown) => {
        log.warn({ error: toOpsError(error).message }, 'what is still open was not looked up');
        return [];
      });
      const at = clock.now();
      const before = await fleet.rearm(by, at);
      log.warn({ by }, 'automatic action goes on');
      if (before.frozenAt !== null || before.breakerOpenAt !== null) {
        const reason = before.frozenReason ?? before.breakerReason ?? '';
        const open = still.slice(0, MOST_NAMED).join(', ');
        await tell('fleet_rearmed', 'info', at, { reason, by, count: still.length, open });
      }
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
