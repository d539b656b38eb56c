import type { Agent } from '#domain/agent.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Readiness } from '#domain/readiness.ts';
import type {
  AccountRepository,
  ApprovalRepository,
  AuditRepository,
  CardRepository,
  ChatOrderRepository,
  ChatRepository,
  FollowingRepository,
  GroupRepository,
  HealthRepository,
  IncidentRepository,
  InputRequestRepository,
  MaintenanceRepository,
  OnCallRepository,
  OperationRepository,
  RecoveryRepository,
  SecretLinkRepository,
  ServerRepository,
  UserRepository,
} from '#domain/repositories.ts';

/** What the bot may tell of the agent itself. */
export interface SystemView {
  readonly version: string;
  ready(): Promise<Readiness>;
  /** Milliseconds since Telegram last answered a poll; null before the first time. */
  pollingAgeMs(): number | null;
}

/** What the bot's features may use. */
export interface BotDeps {
  readonly agent: Agent;
  readonly servers: Pick<
    ServerRepository,
    'find' | 'byId' | 'require' | 'list' | 'countByStatus' | 'update'
  >;
  readonly groups: Pick<GroupRepository, 'require' | 'update' | 'list'>;
  readonly chatOrders: ChatOrderRepository;
  readonly operations: Pick<OperationRepository, 'find' | 'list' | 'steps'>;
  readonly incidents: Pick<IncidentRepository, 'find' | 'list' | 'update' | 'events' | 'countOpen'>;
  readonly approvals: Pick<ApprovalRepository, 'find' | 'list'>;
  readonly maintenance: Pick<MaintenanceRepository, 'create' | 'find' | 'list' | 'end'>;
  readonly inputs: Pick<InputRequestRepository, 'find' | 'list'>;
  readonly users: Pick<
    UserRepository,
    | 'find'
    | 'findMany'
    | 'list'
    | 'upsert'
    | 'join'
    | 'invite'
    | 'setRole'
    | 'wasLowered'
    | 'choose'
  >;
  readonly chats: Pick<ChatRepository, 'migrate'>;
  readonly secretLinks: Pick<SecretLinkRepository, 'create'>;
  readonly health: Pick<
    HealthRepository,
    'target' | 'uptimePercent' | 'history' | 'placedServices'
  >;
  readonly accounts: AccountRepository;
  readonly audit: Pick<AuditRepository, 'list'>;
  readonly system: SystemView;
  /** Where people reach the API; for links. */
  readonly publicUrl: string;
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
