import type { RunLimits } from '#domain/graph-run.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Playbooks } from '#domain/remote.ts';
import type {
  ApprovalRepository,
  InputRequestRepository,
  OperationRepository,
  OutboxRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import type { CallScope, ToolCaller } from '#domain/tool.ts';

/** What running a step needs beside the step's own deps. */
export interface StepRuntime {
  readonly operations: OperationRepository;
  readonly servers: ServerRepository;
  readonly inputs: InputRequestRepository;
  readonly approvals: ApprovalRepository;
  readonly outbox: OutboxRepository;
  readonly playbooks: Pick<Playbooks, 'end'>;
  readonly toolCaller: (scope: CallScope) => ToolCaller;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: RunLimits;
}
