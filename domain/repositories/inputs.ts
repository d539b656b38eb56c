import type { InputRequest, NewInputRequest } from '../input-request.ts';
import type { Secret } from '../secret.ts';
import type { Take } from './operations.ts';

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
