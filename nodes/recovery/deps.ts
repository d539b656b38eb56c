import type { RecoveryCaps } from '#domain/fleet.ts';
import type { Clock } from '#domain/ports.ts';
import type { ProviderAction } from '#domain/provider.ts';
import type {
  ApprovalRepository,
  FleetRepository,
  GroupRepository,
  HealthRepository,
  IncidentRepository,
  OutboxRepository,
  RecoveryRepository,
  ServerRepository,
  Take,
} from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';

export interface RecoveryDeps {
  readonly servers: ServerRepository;
  readonly incidents: IncidentRepository;
  readonly recoveries: RecoveryRepository;
  readonly approvals: ApprovalRepository;
  readonly fleet: FleetRepository;
  readonly groups: GroupRepository;
  readonly health: HealthRepository;
  readonly outbox: OutboxRepository;
  readonly clock: Clock;
  /** What the server's provider can do; throws `unsupported` where its account is not configured. */
  readonly abilities: (server: Server) => {
    readonly can: ReadonlySet<ProviderAction>;
    readonly byHand: (action: ProviderAction) => string;
  };
  readonly limits: {
    readonly maxAttempts: number;
    readonly inputTtlSeconds: number;
    /** Before the second attempt; doubled for each further one. */
    readonly retryDelaySeconds: number;
    readonly caps: RecoveryCaps;
  };
  /** The lease under which this run writes. */
  readonly take: Take;
}
