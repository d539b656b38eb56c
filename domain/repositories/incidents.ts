import type { Incident, IncidentStatus, IncidentType, Severity } from '../incident.ts';
import type { Page, Paging } from './paging.ts';

export interface IncidentRepository {
  /** At most one open per (server, type): a second call returns the open one with a note added. */
  open(input: {
    type: IncidentType;
    serverHandle: string;
    severity: Severity;
    details: string;
    operationId: string | null;
  }): Promise<Incident>;
  find(id: string): Promise<Incident | null>;
  list(
    filter: { status?: readonly IncidentStatus[]; serverHandle?: string; type?: IncidentType },
    paging: Paging,
  ): Promise<Page<Incident>>;
  update(
    id: string,
    patch: {
      status?: IncidentStatus;
      details?: string;
      takenBy?: string;
      closedBy?: string;
      closeReason?: string;
      severity?: Severity;
    },
    by: string,
  ): Promise<Incident>;
  /** Closes what a success proves over: the open incidents of these types on the server. */
  resolve(
    serverHandle: string,
    types: readonly IncidentType[],
    reason: string,
  ): Promise<readonly Incident[]>;
}
