import type { Agent } from '#domain/agent.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type {
  ApprovalRepository,
  CardRepository,
  FollowingRepository,
  GroupRepository,
  IncidentRepository,
  InputRequestRepository,
  MaintenanceRepository,
  OnCallRepository,
  OperationRepository,
  RecoveryRepository,
  ServerRepository,
  UserRepository,
} from '#domain/repositories.ts';

/** What the bot's features may use. */
export interface BotDeps {
  readonly agent: Agent;
  readonly servers: Pick<ServerRepository, 'find' | 'byId' | 'list' | 'countByStatus'>;
  readonly operations: Pick<OperationRepository, 'find' | 'list'>;
  readonly incidents: Pick<IncidentRepository, 'find' | 'list' | 'update'>;
  readonly approvals: Pick<ApprovalRepository, 'find' | 'list'>;
  readonly maintenance: Pick<MaintenanceRepository, 'create' | 'find' | 'list' | 'end'>;
  readonly inputs: Pick<InputRequestRepository, 'find' | 'list'>;
  readonly users: Pick<UserRepository, 'find' | 'upsert' | 'pair' | 'list'>;
  readonly groups: Pick<GroupRepository, 'list'>;
  readonly recoveries: Pick<RecoveryRepository, 'ofIncident'>;
  readonly cards: Pick<
    CardRepository,
    'find' | 'put' | 'redrawn' | 'forget' | 'progress' | 'modeOf'
  >;
  readonly following: FollowingRepository;
  readonly onCall: Pick<OnCallRepository, 'slots' | 'add' | 'remove' | 'raise'>;
  /** ADMIN_TELEGRAM_IDS: owners from their first word on. */
  readonly adminIds: ReadonlySet<bigint>;
  readonly clock: Clock;
  readonly log: Logger;
}
