import type { CardSubject } from '#domain/card.ts';
import type { Notification } from '#domain/notification.ts';

type Subject = readonly [subject: CardSubject, id: string];

/** How a notification stands to the cards of a chat. */
export interface Plot {
  /** It is the card of this, unless there is one. */
  readonly card?: Subject;
  /** It answers the card of this. */
  readonly answers?: Subject;
  /** It is said even where the card stands. */
  readonly again?: boolean;
  /** What it is about is not over: a card that is missing is made anew. */
  readonly goesOn?: boolean;
}

const UUID = /^[0-9a-f-]{36}$/;

export function plotOf(notification: Notification, incidentId: string | null): Plot {
  const { kind, params, operationId } = notification;
  const incident: Subject | null = incidentId === null ? null : ['incident', incidentId];
  const operation: Subject | null = operationId === null ? null : ['operation', operationId];
  switch (kind) {
    case 'incident_opened':
      return incident ? { card: incident, again: true, goesOn: true } : {};
    case 'incident_escalated':
    case 'incident_failed':
      return incident ? { answers: incident, goesOn: true } : {};
    case 'incident_resolved':
      return incident ? { answers: incident } : {};
    case 'approval_needed': {
      const approval = String(params.approval ?? '');
      return {
        ...(UUID.test(approval) && { card: ['approval', approval] }),
        ...(incident && { answers: incident, goesOn: true }),
      };
    }
    case 'provisioning_started':
    case 'rebuild_started':
      return operation ? { card: operation, goesOn: true } : {};
    case 'input_needed':
    case 'provisioning_retry':
    case 'server_ready':
    case 'provisioning_failed':
    case 'operation_cancelled':
    case 'operation_expired':
      return operation ? { answers: operation } : {};
    default:
      return {};
  }
}
