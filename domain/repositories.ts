import type { AccountRepository } from './repositories/accounts.ts';
import type { AuditRepository, IdempotencyRepository } from './repositories/bookkeeping.ts';
import type { CardRepository } from './repositories/cards.ts';
import type { ChatOrderRepository } from './repositories/chat-orders.ts';
import type { ChatRepository } from './repositories/chats.ts';
import type { CredentialRepository, HostKeyRepository } from './repositories/credentials.ts';
import type {
  DigestRepository,
  FollowingRepository,
  OnCallRepository,
} from './repositories/following.ts';
import type { GroupRepository } from './repositories/groups.ts';
import type { HealthRepository } from './repositories/health.ts';
import type { IncidentRepository } from './repositories/incidents.ts';
import type { InputRequestRepository } from './repositories/inputs.ts';
import type { OutboxRepository } from './repositories/notifications.ts';
import type { OperationRepository } from './repositories/operations.ts';
import type { ApiTokenRepository, UserRepository } from './repositories/people.ts';
import type { ProviderDetailsRepository } from './repositories/provider-details.ts';
import type {
  ApprovalRepository,
  FleetRepository,
  MaintenanceRepository,
  RecoveryRepository,
} from './repositories/recovery.ts';
import type { SecretLinkRepository } from './repositories/secret-links.ts';
import type { ServerRepository } from './repositories/servers.ts';

export type { AccountRepository, ProviderAccount } from './repositories/accounts.ts';
export type {
  AuditRepository,
  IdempotencyRepository,
  IdempotencyStart,
} from './repositories/bookkeeping.ts';
export type { CardRepository, StampedCard } from './repositories/cards.ts';
export type { ChatOrderRepository } from './repositories/chat-orders.ts';
export type { ChatRepository } from './repositories/chats.ts';
export type {
  Credential,
  CredentialKind,
  CredentialRepository,
  HostKeyRepository,
} from './repositories/credentials.ts';
export type {
  DigestRepository,
  DueEscalation,
  FollowingRepository,
  OnCallRepository,
} from './repositories/following.ts';
export type { GroupRepository } from './repositories/groups.ts';
export type { HealthBucket, HealthRepository } from './repositories/health.ts';
export type { IncidentRepository, NewIncident } from './repositories/incidents.ts';
export type { InputRequestRepository } from './repositories/inputs.ts';
export type { OutboxRepository } from './repositories/notifications.ts';
export type { OperationRepository, Take } from './repositories/operations.ts';
export type { Page, Paging } from './repositories/paging.ts';
export type {
  ApiTokenRepository,
  JoinOutcome,
  PersonNames,
  RoleChange,
  UserRepository,
} from './repositories/people.ts';
export type { KnownDetails, ProviderDetailsRepository } from './repositories/provider-details.ts';
export type {
  ApprovalRepository,
  FleetRepository,
  MaintenanceRepository,
  RecoveryRepository,
  Reservation,
} from './repositories/recovery.ts';
export type {
  SecretLinkRepository,
  SecretLinkState,
  ShownSecret,
} from './repositories/secret-links.ts';
export type {
  ServerFilter,
  ServerPatch,
  ServerRepository,
  SyncOutcome,
} from './repositories/servers.ts';

/** Everything that is kept; implemented by prisma/repositories. */
export interface Repositories {
  readonly servers: ServerRepository;
  readonly providerDetails: ProviderDetailsRepository;
  readonly operations: OperationRepository;
  readonly inputs: InputRequestRepository;
  readonly credentials: CredentialRepository;
  readonly hostKeys: HostKeyRepository;
  readonly incidents: IncidentRepository;
  readonly outbox: OutboxRepository;
  readonly users: UserRepository;
  readonly chats: ChatRepository;
  readonly secretLinks: SecretLinkRepository;
  readonly tokens: ApiTokenRepository;
  readonly idempotency: IdempotencyRepository;
  readonly audit: AuditRepository;
  readonly accounts: AccountRepository;
  readonly fleet: FleetRepository;
  readonly groups: GroupRepository;
  readonly health: HealthRepository;
  readonly recoveries: RecoveryRepository;
  readonly approvals: ApprovalRepository;
  readonly maintenance: MaintenanceRepository;
  readonly chatOrders: ChatOrderRepository;
  readonly cards: CardRepository;
  readonly following: FollowingRepository;
  readonly onCall: OnCallRepository;
  readonly digests: DigestRepository;
}
