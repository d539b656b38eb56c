import type {
  Incident,
  IncidentEvent,
  IncidentStatus,
  IncidentType,
  Severity,
} from '../incident.ts';
import type { Page, Paging } from './paging.ts';

export interface NewIncident {
  readonly type: IncidentType;
  /** A server's handle, or the name of what else is in trouble (provider account, `fleet`). */
  readonly serverHandle: string;
  readonly severity: Severity;
  readonly details: string;
  readonly operationId: string | null;
  /** When the trouble began, where that is known; else now. */
  readonly failedAt?: Date;
  readonly affectedServices?: readonly string[];
  /** Counted and shown, never told: a mass failure or a maintenance window speaks for it. */
  readonly muted?: boolean;
}

export interface IncidentRepository {
  /**
   * At most one open per (target, type). joined: it was open, a note was added. reopened: the same
   * ended less than 10 minutes ago. Status of a server ready | in_use moves to error for
   * server_unreachable and ssh_blocked, in the same transaction.
   */
  open(input: NewIncident): Promise<Incident>;
  openWith(
    input: NewIncident,
  ): Promise<{ readonly incident: Incident; readonly outcome: 'opened' | 'reopened' | 'joined' }>;
  find(id: string): Promise<Incident | null>;
  list(
    filter: {
      status?: readonly IncidentStatus[];
      serverHandle?: string;
      type?: IncidentType;
      /** Detected then or later. */
      since?: Date;
    },
    paging: Paging,
    /** worst: by severity, muted ones last. Without it the newest come first. */
    order?: 'newest' | 'worst',
  ): Promise<Page<Incident>>;
  /** Open ones, counted. */
  countOpen(): Promise<Readonly<Partial<Record<Severity, number>>>>;
  update(
    id: string,
    patch: {
      status?: IncidentStatus;
      details?: string;
      takenBy?: string;
      closedBy?: string;
      closeReason?: string;
      severity?: Severity;
      operationId?: string;
      muted?: boolean;
    },
    by: string,
  ): Promise<Incident>;
  /** Closes what a success proves over: the open incidents of these types on the server. */
  resolve(
    serverHandle: string,
    types: readonly IncidentType[],
    reason: string,
  ): Promise<readonly Incident[]>;
  addEvent(
    id: string,
    event: {
      readonly actor: string;
      readonly text: string;
      readonly data?: Readonly<Record<string, unknown>>;
    },
  ): Promise<void>;
  /** The timeline, oldest first. */
  events(id: string): Promise<readonly IncidentEvent[]>;
}
