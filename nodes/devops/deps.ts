import type { Clock } from '#domain/ports.ts';
import type {
  IncidentRepository,
  RecoveryRepository,
  ServerRepository,
} from '#domain/repositories.ts';

export interface DevopsDeps {
  readonly incidents: IncidentRepository;
  readonly recoveries: RecoveryRepository;
  readonly servers: ServerRepository;
  readonly clock: Clock;
}
