import type { Agent } from '#domain/agent.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Readiness } from '#domain/readiness.ts';
import type {
  ApiTokenRepository,
  ApprovalRepository,
  AuditRepository,
  GroupRepository,
  HealthRepository,
  IdempotencyRepository,
  IncidentRepository,
  InputRequestRepository,
  MaintenanceRepository,
  OperationRepository,
  ProviderDetailsRepository,
  RecoveryRepository,
  SecretLinkRepository,
  ServerRepository,
  UserRepository,
} from '#domain/repositories.ts';
import type { Secret } from '#domain/secret.ts';

/** One line of the doctor's report; `hint` says what to do, in one sentence. */
export interface DoctorCheck {
  readonly name: string;
  /** off: not configured, and that is legitimate. */
  readonly status: 'ok' | 'warning' | 'failed' | 'off';
  readonly detail: string;
  readonly hint: string | null;
}
export interface DoctorReport {
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

export interface Health {
  live(): boolean | Promise<boolean>;
  ready(): Promise<Readiness>;
}

export interface StreamLimits {
  /** How often a stream looks for new rows. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
  /** After this long a stream ends; clients come back with Last-Event-ID. */
  readonly maxAgeMs: number;
  readonly maxStreams: number;
  readonly maxStreamsPerToken: number;
}

export interface TelegramWebhook {
  /** The last part of the address. */
  readonly key: string;
  /** What Telegram sends along to prove itself. */
  readonly secret: Secret;
  /** Keeps one update; settles once it is committed. */
  store(update: { readonly update_id: number }): Promise<void>;
}

export interface ApiDeps {
  readonly agent: Agent;
  readonly servers: ServerRepository;
  readonly providerDetails: Pick<ProviderDetailsRepository, 'find'>;
  readonly operations: OperationRepository;
  readonly inputs: InputRequestRepository;
  readonly incidents: IncidentRepository;
  readonly approvals: Pick<ApprovalRepository, 'find' | 'list'>;
  readonly groups: GroupRepository;
  readonly maintenance: Pick<MaintenanceRepository, 'create' | 'find' | 'list' | 'end'>;
  readonly recoveries: Pick<RecoveryRepository, 'would'>;
  /** What the checks of servers saw; `health` below is our own. */
  readonly serverHealth: Pick<
    HealthRepository,
    'target' | 'history' | 'uptimePercent' | 'services' | 'setServices'
  >;
  readonly users: UserRepository;
  readonly tokens: ApiTokenRepository;
  readonly secretLinks: Pick<SecretLinkRepository, 'state' | 'sendCode' | 'reveal'>;
  readonly idempotency: IdempotencyRepository;
  readonly audit: AuditRepository;
  /** Prometheus text and its content type. */
  readonly metrics: { render(): Promise<{ readonly contentType: string; readonly text: string }> };
  readonly health: Health;
  readonly doctor: () => Promise<DoctorReport>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Set where Telegram brings updates by its webhook. */
  readonly telegram?: TelegramWebhook | null;
  /** The text of a page of docs/runbooks/ (Markdown); null for one that is not there. */
  readonly runbook: (page: string) => Promise<string | null>;
  /** Where people reach the API; goes into the OpenAPI document. */
  readonly publicUrl: string;
  readonly version?: string;
  readonly streams?: Partial<StreamLimits>;
}
