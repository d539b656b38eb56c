import type { RunEnd } from '#domain/graph-run.ts';
import { type Incident, runbookPath } from '#domain/incident.ts';
import type { Notification } from '#domain/notification.ts';
import type { Operation } from '#domain/operation.ts';
import type { Clock } from '#domain/ports.ts';
import type { RungRecord } from '#domain/recovery.ts';
import type { IncidentRepository, RecoveryRepository } from '#domain/repositories.ts';
import type { OpsState } from '#domain/state.ts';

export interface RecoveryEndDeps {
  readonly incidents: IncidentRepository;
  readonly recoveries: RecoveryRepository;
  readonly clock: Clock;
  /** Where people reach the agent; runbooks are served below it. */
  readonly publicUrl: string;
}

const BY = 'agent:recovery';
const OPEN: ReadonlySet<string> = new Set(['detected', 'recovering']);

/**
 * How a recovery came to rest, and what that leaves of its incident: resolved by the proof, failed
 * when the ladder is at its end, open again where it was only observed or stopped by somebody.
 * Runs again after a crash without harm.
 */
export async function recoveryEnd(
  state: OpsState,
  operation: Operation,
  deps: RecoveryEndDeps,
): Promise<RunEnd> {
  const { failure, attempt } = state;
  const incident =
    operation.incidentId === null ? null : await deps.incidents.find(operation.incidentId);
  const records = await endRungs(operation, failure?.message ?? 'the recovery ended', deps);
  const tell = (
    kind: Notification['kind'],
    severity: Notification['severity'],
    params: Notification['params'],
  ): Notification | null =>
    incident === null || (incident.muted && !isWorthTelling(kind, records))
      ? null
      : {
          // The health worker's keys: whoever comes first tells it, once.
          dedupeKey: `incident:${incident.id}:${kind.replace('incident_', '')}:${incident.reopened}`,
          severity,
          kind,
          params: {
            ...{ type: incident.type, server: operation.serverHandle, incident: incident.id },
            ...params,
          },
          serverHandle: operation.serverHandle,
          operationId: operation.id,
        };

  if (failure === null) {
    const proven = state.steps['resolve-incident']?.status === 'done';
    if (!proven) await leave(incident, 'detected', deps);
    const notification = proven
      ? tell('incident_resolved', 'success', solved(incident, records, deps))
      : null;
    return { kind: 'ended', status: 'succeeded', attempt, error: null, notification };
  }
  const { code, message, hint, step } = failure;
  const error = { code, message, hint, step };
  if (code === 'superseded' || code === 'cancelled') {
    await leave(incident, 'detected', deps);
    const by = operation.stopRequestedBy ?? '';
    const params = { code, step: step ?? 'intake', reason: message, hint: hint ?? '', by };
    const notification =
      code === 'superseded' ? null : tell('operation_cancelled', 'warning', params);
    return { kind: 'ended', status: code, attempt, error, notification };
  }
  await leave(incident, 'failed', deps, message);
  const notification = tell('incident_failed', 'critical', {
    tried: triedText(records),
    skipped: skippedText(records),
    reason: message,
    hint: hint ?? '',
    runbook: incident === null ? '' : `${deps.publicUrl}${runbookPath(incident.type)}`,
    incident: incident?.id ?? '',
  });
  return { kind: 'ended', status: 'failed', attempt, error, notification };
}

/** A mass failure speaks for what it muted, but not for what was done, nor for what needs a human. */
const isWorthTelling = (kind: Notification['kind'], records: readonly RungRecord[]): boolean =>
  kind === 'incident_failed' || (kind === 'incident_resolved' && triedText(records) !== '');

/** A rung that still counts as under way would hold its place under the caps for ever. */
async function endRungs(
  operation: Operation,
  reason: string,
  { recoveries }: RecoveryEndDeps,
): Promise<readonly RungRecord[]> {
  for (const { id, outcome } of await recoveries.ofOperation(operation.id)) {
    if (outcome === 'running') await recoveries.finish(id, 'failed', reason);
  }
  return recoveries.ofOperation(operation.id);
}

async function leave(
  incident: Incident | null,
  status: 'detected' | 'failed',
  { incidents }: RecoveryEndDeps,
  closeReason?: string,
): Promise<void> {
  if (incident === null || !OPEN.has(incident.status) || incident.status === status) return;
  const closed = closeReason === undefined ? {} : { closedBy: BY, closeReason };
  await incidents.update(incident.id, { status, ...closed }, BY);
}

function solved(
  incident: Incident | null,
  records: readonly RungRecord[],
  { clock }: RecoveryEndDeps,
): Notification['params'] {
  const until = incident?.resolvedAt ?? clock.now();
  const seconds = incident === null ? 0 : (until.getTime() - incident.failedAt.getTime()) / 1000;
  return { seconds: Math.round(seconds), rungs: triedText(records), redeployed: '' };
}

const WORDS: Partial<Readonly<Record<RungRecord['outcome'], string>>> = {
  helped: 'helped',
  no_help: 'did not help',
  failed: 'failed',
};

/** `reboot (did not help), provision (failed: …)`. */
export const triedText = (records: readonly RungRecord[]): string =>
  records
    .flatMap(({ rung, outcome, reason }) => {
      const word = WORDS[outcome];
      if (word === undefined) return [];
      return outcome === 'failed' ? [`${rung} (${word}: ${reason})`] : [`${rung} (${word})`];
    })
    .join(', ');

/** `restart: SSH does not answer; reinstall: denied by …`. */
export const skippedText = (records: readonly RungRecord[]): string =>
  [
    ...new Map(
      records.flatMap(({ rung, outcome, reason }) =>
        outcome === 'skipped' ? [[rung, `${rung}: ${reason}`] as const] : [],
      ),
    ).values(),
  ].join('; ');
