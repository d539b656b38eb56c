import type { Notification } from '#domain/notification.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { DueEscalation, OnCallRepository } from '#domain/repositories.ts';

export const ESCALATION_SECONDS = 15;

/**
 * Calls the next one on the list about each incident that nobody took in time. What was called is
 * in the incident's row: a restart calls nobody twice, and of two processes one calls.
 */
export const createEscalation =
  ({
    onCall,
    clock,
    log,
  }: {
    onCall: Pick<OnCallRepository, 'due' | 'escalate'>;
    clock: Pick<Clock, 'now'>;
    log: Logger;
  }) =>
  async (): Promise<void> => {
    const now = clock.now();
    for (const due of await onCall.due(now)) {
      if (!(await onCall.escalate(due, now, callOf(due)))) continue;
      const { incidentId: incident, server, escalation, slot } = due;
      log.info({ incident, server, call: escalation + 1, slot: slot?.id }, 'escalated');
    }
  };

function callOf(due: DueEscalation): Notification {
  const { incidentId, reopened, escalation, server, type, slot, who, minutes } = due;
  return {
    dedupeKey: `incident:${incidentId}:escalated:${reopened}:${escalation}`,
    severity: 'critical',
    kind: 'incident_escalated',
    params: {
      ...{ type, server, incident: incidentId, who, minutes, step: escalation + 1 },
      to: slot === null ? 'owners' : slot.telegramId === null ? 'webhook' : 'person',
    },
    serverHandle: server,
    operationId: null,
  };
}
