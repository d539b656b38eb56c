import type { Clock } from '#domain/ports.ts';
import type { IncidentRepository, OutboxRepository } from '#domain/repositories.ts';

export interface RecoveryDeps {
  readonly incidents: IncidentRepository;
  readonly outbox: OutboxRepository;
  readonly clock: Clock;
  readonly limits: {
    readonly maxAttempts: number;
    /** Before the second attempt; doubled for each further one. */
    readonly retryDelaySeconds: number;
  };
}
