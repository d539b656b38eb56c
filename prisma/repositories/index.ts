import type { Repositories } from '#domain/repositories.ts';
import { createAccounts } from './accounts.ts';
import { createApiTokens } from './api-tokens.ts';
import { createApprovals } from './approvals.ts';
import { createAudit } from './audit.ts';
import { createCards } from './cards.ts';
import { createChatOrders } from './chat-orders.ts';
import { createChats } from './chats.ts';
import { createCredentials } from './credentials.ts';
import { guarded } from './database-errors.ts';
import type { RepositoryDeps } from './deps.ts';
import { createDigests } from './digests.ts';
import { createFleet } from './fleet.ts';
import { createFollowing } from './following.ts';
import { createGroups } from './groups.ts';
import { createHealth } from './health.ts';
import { createHostKeys } from './host-keys.ts';
import { createIdempotency } from './idempotency.ts';
import { createIncidents } from './incidents.ts';
import { createInputRequests } from './input-requests.ts';
import { createMaintenance } from './maintenance.ts';
import { createOnCall } from './on-call.ts';
import { createOperations } from './operations.ts';
import { createOutbox } from './outbox.ts';
import { createProviderDetails } from './provider-details.ts';
import { createRecoveries } from './recoveries.ts';
import { createSecretLinks } from './secret-links.ts';
import { createServers } from './servers.ts';
import { createUsers } from './users.ts';

/**
 * All of domain/repositories.ts on PostgreSQL. Whatever is thrown is an OpsError: the codes of each
 * method, `storage_unavailable` while the database does not answer, `internal` for the rest.
 */
export function createRepositories(deps: RepositoryDeps): Repositories {
  return {
    servers: guarded(createServers(deps)),
    providerDetails: guarded(createProviderDetails(deps)),
    operations: guarded(createOperations(deps)),
    inputs: guarded(createInputRequests(deps)),
    credentials: guarded(createCredentials(deps)),
    hostKeys: guarded(createHostKeys(deps)),
    incidents: guarded(createIncidents(deps)),
    outbox: guarded(createOutbox(deps)),
    users: guarded(createUsers(deps)),
    chats: guarded(createChats(deps)),
    secretLinks: guarded(createSecretLinks(deps)),
    tokens: guarded(createApiTokens(deps)),
    idempotency: guarded(createIdempotency(deps)),
    audit: guarded(createAudit(deps)),
    accounts: guarded(createAccounts(deps)),
    fleet: guarded(createFleet(deps)),
    groups: guarded(createGroups(deps)),
    health: guarded(createHealth(deps)),
    recoveries: guarded(createRecoveries(deps)),
    approvals: guarded(createApprovals(deps)),
    maintenance: guarded(createMaintenance(deps)),
    chatOrders: guarded(createChatOrders(deps)),
    cards: guarded(createCards(deps)),
    following: guarded(createFollowing(deps)),
    onCall: guarded(createOnCall(deps)),
    digests: guarded(createDigests(deps)),
  };
}
