import type { Clock } from '#domain/ports.ts';
import type { ProviderAction } from '#domain/provider.ts';
import type {
  CredentialRepository,
  HostKeyRepository,
  IncidentRepository,
  InputRequestRepository,
  OperationRepository,
  ServerRepository,
  Take,
} from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';

export interface ProvisionDeps {
  readonly operations: OperationRepository;
  readonly servers: ServerRepository;
  readonly credentials: CredentialRepository;
  readonly hostKeys: HostKeyRepository;
  readonly inputs: InputRequestRepository;
  readonly incidents: IncidentRepository;
  readonly clock: Clock;
  readonly publicKey: string;
  readonly limits: {
    readonly maxAttempts: number;
    readonly inputTtlSeconds: number;
  };
  /** What the server's provider can do, and what it says where a human has to do it. */
  readonly abilities: (server: Server) => {
    readonly can: ReadonlySet<ProviderAction>;
    readonly byHand: (action: ProviderAction) => string;
    /** How long a refused login may be a password that has not settled yet, in seconds. */
    readonly settleSeconds: (action: ProviderAction) => number;
  };
  /** The lease under which this run writes. */
  readonly take: Take;
}
