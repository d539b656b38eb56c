import type { HostProbe, OutsideProbe } from './health/probes.ts';
import type { OwnPlace } from './policy.ts';
import type { Clock, Logger } from './ports.ts';
import type { Provider, ProviderDefinition } from './provider.ts';
import type { Playbooks, Ssh, TcpProbe } from './remote.ts';
import type {
  ApprovalRepository,
  AuditRepository,
  CredentialRepository,
  FleetRepository,
  GroupRepository,
  HealthRepository,
  HostKeyRepository,
  IncidentRepository,
  RecoveryRepository,
  ServerRepository,
} from './repositories.ts';
import type { Secret } from './secret.ts';

export interface ProviderHandle {
  readonly provider: Provider;
  readonly pace: ProviderDefinition['pace'];
}

/** What every tool may use; `app/container.ts` fills it in. */
export interface ToolDeps {
  /** The account a server belongs to; throws `unsupported` when it is not configured here. */
  readonly providerOf: (server: { provider: string; handle: string }) => ProviderHandle;
  readonly servers: ServerRepository;
  readonly credentials: CredentialRepository;
  readonly hostKeys: HostKeyRepository;
  readonly audit: AuditRepository;
  readonly groups: GroupRepository;
  readonly health: HealthRepository;
  readonly incidents: IncidentRepository;
  /** What the door asks again before each call that interrupts or destroys. */
  readonly fleet: FleetRepository;
  readonly recoveries: RecoveryRepository;
  readonly approvals: ApprovalRepository;
  readonly ssh: Ssh;
  readonly tcp: TcpProbe;
  readonly hosts: HostProbe;
  readonly outside: OutsideProbe;
  readonly playbooks: Playbooks;
  readonly clock: Clock;
  readonly log: Logger;
  readonly own: OwnPlace;
  readonly keys: AgentKeys;
  readonly hostSettings: HostSettings;
}

export interface AgentKeys {
  readonly privateKey: Secret;
  readonly publicKey: string;
  readonly fingerprint: string;
  /** Keys of people that go in with the agent's own (invariant 13). */
  readonly breakGlass: readonly string[];
}

export interface HostSettings {
  readonly timezone: string;
  readonly upgrade: boolean;
  readonly dockerSource: 'docker' | 'distribution';
  readonly dockerStorageDriver: string | null;
  readonly agentAddresses: readonly string[];
  readonly reinstallOs: string | null;
}
