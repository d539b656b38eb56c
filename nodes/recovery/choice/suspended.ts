import type { StepContext } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';

/** A suspended server is not a broken one: an incident of its own kind, and no ladder. */
export async function tellSuspended(
  { deps, server, operation }: StepContext<RecoveryDeps>,
  details: string,
): Promise<void> {
  const { incident, outcome } = await deps.incidents.openWith({
    type: 'suspended',
    serverHandle: server.handle,
    severity: 'error',
    details,
    operationId: operation.id,
  });
  if (outcome === 'joined' || incident.muted) return;
  await deps.outbox.enqueue({
    dedupeKey: `incident:${incident.id}:opened:${incident.reopened}`,
    severity: 'error',
    kind: 'incident_opened',
    params: {
      type: incident.type,
      server: server.handle,
      reason: details,
      since: incident.failedAt.toISOString(),
      services: incident.affectedServices.join(', '),
      mode: server.mode ?? '',
      incident: incident.id,
    },
    serverHandle: server.handle,
    operationId: operation.id,
  });
}
