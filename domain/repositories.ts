import type { Accepted } from './agent.ts';
import type { Incident, IncidentStatus, IncidentType, Severity } from './incident.ts';
import type { InputRequest, NewInputRequest } from './input-request.ts';
import type { Notification, OutboxMessage } from './notification.ts';
import type {
  NewOperationEvent,
  Operation,
  OperationCommand,
  OperationError,
  OperationEvent,
  OperationKind,
  OperationStatus,
  OperationStep,
  StepStatus,
  StopReason,
  TerminalStatus,
} from './operation.ts';
import type { Verdict } from './policy.ts';
import type { ProviderServer } from './provider.ts';
import type { HostKey } from './remote.ts';
import type { Secret } from './secret.ts';
import type { Care, Connection, Server, ServerStatus } from './server.ts';
import type { Mover } from './server-status.ts';
import type { ApiToken, Role, Scope, User } from './user.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}
export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

export interface ServerFilter {
  readonly status?: readonly ServerStatus[];
  readonly provider?: string;
  readonly group?: string;
  readonly care?: Care;
  readonly label?: string;
  readonly search?: string;
}
export interface ServerPatch {
  readonly notes?: string;
  readonly care?: Care;
  readonly handsOff?: boolean;
  readonly group?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly connection?: Partial<Connection>;
}
export interface SyncOutcome {
  readonly added: readonly Server[];
  readonly missing: readonly Server[];
  readonly returned: readonly Server[];
}

export interface ServerRepository {
  find(handle: string): Promise<Server | null>;
  /** Throws `not_found`. */
  require(handle: string): Promise<Server>;
  list(filter: ServerFilter, paging: Paging): Promise<Page<Server>>;
  countByStatus(): Promise<Readonly<Partial<Record<ServerStatus, number>>>>;
  /** A server entered by hand (provider manual or script). Throws `conflict` when the handle is taken. */
  create(input: {
    readonly handle: string;
    readonly providerAccount: string;
    readonly providerRef: string;
    readonly connection: Connection;
    readonly care: Care;
    readonly group?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly notes?: string;
    readonly by: string;
  }): Promise<Server>;
  update(handle: string, patch: ServerPatch, by: string): Promise<Server>;
  /** Compare-and-set through the table of legal transitions, under the row's lock. */
  transition(handle: string, to: ServerStatus, mover: Mover, by: string): Promise<Server>;
  /**
   * Upserts one account's list by (account, ref). A listed server that vanished becomes unreachable
   * only after `missesAllowed` lists in a row and never when the list lost more than half at once.
   */
  sync(
    account: { readonly name: string; readonly provider: string },
    listed: readonly ProviderServer[],
    options: { readonly managedRefs: ReadonlySet<string>; readonly missesAllowed: number },
  ): Promise<SyncOutcome>;
  setFacts(
    handle: string,
    facts: {
      os?: string | null;
      ipv4?: string | null;
      ipv6?: string | null;
      lastHealthCheck?: Date;
    },
  ): Promise<void>;
}

export interface Take {
  readonly operationId: string;
  readonly fence: number;
}

/** Writes that carry a Take throw `lease_lost` when another worker took the operation since. */
export interface OperationRepository {
  /**
   * One transaction: replays by key (throws `idempotency_mismatch` for another body), locks the
   * server, asks `judge`, supersedes, moves the status, opens a new episode, inserts, writes audit.
   */
  accept(
    command: OperationCommand,
    judge: (server: Server, active: Operation | null) => Verdict,
  ): Promise<Accepted>;
  find(id: string): Promise<Operation | null>;
  require(id: string): Promise<Operation>;
  list(
    filter: { serverHandle?: string; status?: readonly OperationStatus[]; kind?: OperationKind },
    paging: Paging,
  ): Promise<Page<Operation>>;
  /** Marks it running under this fence and sets graph version and deadline on the first take. */
  take(id: string, fence: number, graphVersion: string, budgetSeconds: number): Promise<Operation>;
  /**
   * Reserves attempt number `attempt` (idempotent for the same number), moves the server to
   * provisioning. Throws `attempts_exhausted`, `superseded`, `illegal_transition`.
   */
  claimAttempt(take: Take, attempt: number, maxAttempts: number): Promise<Operation>;
  /** Puts a run of a thread under the present graph's version, once a human said so. */
  adoptVersion(take: Take, graphVersion: string): Promise<void>;
  park(take: Take, until: { wakeAt: Date | null; inputRequestId: string | null }): Promise<void>;
  /**
   * Terminal status, event, server status (success: `ready`; else `error` where it was claimed) and
   * notification in one transaction. A success of a past episode is stored as `superseded`.
   */
  finish(
    take: Take,
    end: {
      status: TerminalStatus;
      error: OperationError | null;
      notification: Notification | null;
    },
  ): Promise<Operation>;
  requestStop(id: string, reason: StopReason, by: string): Promise<Operation>;
  /** Ends an operation that no worker ever took (cancel while queued, expiry). */
  finishUntaken(
    id: string,
    status: 'cancelled' | 'superseded' | 'expired',
    error: OperationError | null,
  ): Promise<boolean>;
  step(operationId: string, stepId: string): Promise<OperationStep | null>;
  steps(operationId: string): Promise<readonly OperationStep[]>;
  putStep(
    take: Take,
    stepId: string,
    step: { status: StepStatus; attempt: number; summary: string | null },
  ): Promise<void>;
  putMemo(take: Take, stepId: string, memo: Readonly<Record<string, unknown>>): Promise<void>;
  addEvent(take: Take, event: NewOperationEvent): Promise<void>;
  events(operationId: string, afterSeq: number, limit: number): Promise<readonly OperationEvent[]>;
  /** Queued, running without a living lease, or waiting with its wait over. */
  due(limit: number): Promise<readonly Operation[]>;
  /** Adds a gap in which nobody worked through the queue to all queued operations. */
  addUnattended(from: Date, to: Date): Promise<void>;
}

export interface InputRequestRepository {
  /** Returns the request of the same (operation, step, purpose) that is open or answered. */
  ask(
    take: Take,
    stepId: string,
    serverHandle: string,
    request: NewInputRequest,
  ): Promise<InputRequest>;
  find(id: string): Promise<InputRequest | null>;
  latest(operationId: string, stepId: string, purpose: string): Promise<InputRequest | null>;
  list(filter: {
    status?: InputRequest['status'];
    operationId?: string;
  }): Promise<readonly InputRequest[]>;
  /** Compare-and-set open -> answered / cancelled; throws `conflict` when it is closed already. */
  answer(id: string, by: string, secret: Secret | null): Promise<InputRequest>;
  decline(id: string, by: string): Promise<InputRequest>;
  markUsed(id: string): Promise<void>;
  /** open -> expired for all past their time; returns them. */
  expire(now: Date): Promise<readonly InputRequest[]>;
}

export type CredentialKind = 'root_password' | 'ssh_key' | 'become_password';
export interface Credential {
  readonly id: string;
  readonly serverHandle: string;
  readonly kind: CredentialKind;
  readonly user: string;
  readonly secret: Secret;
  readonly fingerprint: string | null;
  readonly verifiedAt: Date | null;
  readonly supersededAt: Date | null;
}
export interface CredentialRepository {
  save(input: {
    serverHandle: string;
    kind: CredentialKind;
    user: string;
    secret: Secret;
    fingerprint?: string;
    verified?: boolean;
  }): Promise<Credential>;
  require(id: string): Promise<Credential>;
  /** Newest not superseded of the kind. */
  current(serverHandle: string, kind: CredentialKind): Promise<Credential | null>;
  /** Marks it verified and only then the older ones of its kind superseded (they are kept). */
  markVerified(id: string): Promise<void>;
}

export interface HostKeyRepository {
  list(serverHandle: string): Promise<readonly HostKey[]>;
  /** Replaces what was recorded; `reason` goes to the audit. */
  replace(serverHandle: string, keys: readonly HostKey[], reason: string): Promise<void>;
}

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

export interface OutboxRepository {
  /** One message per admin (role not null); same dedupeKey and receiver: nothing happens. */
  enqueue(notification: Notification): Promise<void>;
  /** Claims due messages for `seconds`; ordered per receiver. */
  claim(limit: number, seconds: number): Promise<readonly OutboxMessage[]>;
  sent(id: string): Promise<void>;
  failed(id: string, reason: string, nextTryAt: Date | null): Promise<void>;
}

export interface UserRepository {
  upsert(user: {
    telegramId: bigint;
    username: string | null;
    firstName: string | null;
    lastName: string | null;
    languageCode: string | null;
    role?: Role;
    seen: boolean;
  }): Promise<User>;
  find(telegramId: bigint): Promise<User | null>;
  list(paging: Paging): Promise<Page<User>>;
  /** The one-time owner code: stored hashed; a new one replaces the old; null when an owner exists. */
  issuePairingCode(ttlSeconds: number): Promise<Secret | null>;
  /** Compare-and-set; false for a wrong, used or expired code. Bounded tries. */
  pair(telegramId: bigint, code: Secret): Promise<boolean>;
}

export interface ApiTokenRepository {
  /** The plain token is returned once and stored hashed. */
  create(name: string, scope: Scope): Promise<{ token: ApiToken; plain: Secret }>;
  authenticate(plain: Secret): Promise<ApiToken | null>;
  list(): Promise<readonly ApiToken[]>;
  revoke(id: string): Promise<boolean>;
}

export type IdempotencyStart =
  | { readonly state: 'fresh' }
  | { readonly state: 'replay'; readonly status: number; readonly body: unknown }
  | { readonly state: 'mismatch' }
  | { readonly state: 'in_progress' };
export interface IdempotencyRepository {
  begin(scope: string, key: string, bodyHash: string): Promise<IdempotencyStart>;
  complete(scope: string, key: string, status: number, body: unknown): Promise<void>;
  /** Frees a key whose request failed before anything was accepted. */
  abandon(scope: string, key: string): Promise<void>;
}

export interface AuditRepository {
  /** Append-only, hash-chained; `data` holds no secrets. */
  append(event: {
    actor: string;
    action: string;
    target: string;
    operationId: string | null;
    data: Readonly<Record<string, unknown>>;
  }): Promise<void>;
  /** Walks the chain; the id of the first broken event, or null. */
  verify(): Promise<string | null>;
}

export interface FleetRepository {
  /** Records that workers are at the queue; returns the previous time. */
  heartbeat(now: Date): Promise<Date | null>;
}

export interface Repositories {
  readonly servers: ServerRepository;
  readonly operations: OperationRepository;
  readonly inputs: InputRequestRepository;
  readonly credentials: CredentialRepository;
  readonly hostKeys: HostKeyRepository;
  readonly incidents: IncidentRepository;
  readonly outbox: OutboxRepository;
  readonly users: UserRepository;
  readonly tokens: ApiTokenRepository;
  readonly idempotency: IdempotencyRepository;
  readonly audit: AuditRepository;
  readonly fleet: FleetRepository;
}
