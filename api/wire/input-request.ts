import { z } from 'zod';
import type { InputRequest } from '#domain/input-request.ts';
import { Time, time } from './common.ts';

export const InputRequestStatusWire = z.enum(['open', 'answered', 'expired', 'cancelled', 'used']);

/** Never the answer: it is stored encrypted and used once. */
export const InputRequestWire = z.object({
  id: z.string(),
  operation_id: z.string(),
  server_handle: z.string(),
  step: z.string(),
  purpose: z.string(),
  kind: z.enum(['secret', 'confirm']),
  question: z.string(),
  status: InputRequestStatusWire,
  answered_by: z.string().nullable(),
  created_at: Time,
  expires_at: Time,
});
export type InputRequestWire = z.infer<typeof InputRequestWire>;

export const inputRequestToWire = (request: InputRequest): InputRequestWire => ({
  id: request.id,
  operation_id: request.operationId,
  server_handle: request.serverHandle,
  step: request.stepId,
  purpose: request.purpose,
  kind: request.kind,
  question: request.question,
  status: request.status,
  answered_by: request.answeredBy,
  created_at: time(request.createdAt),
  expires_at: time(request.expiresAt),
});

export const InputAnswer = z
  .strictObject({
    /** For kind secret. */
    secret: z
      .string()
      .min(1)
      .max(4_096)
      .refine((value) => !/[\0\r\n]/.test(value), 'One line.')
      .optional(),
    /** For kind confirm: the thing was done by hand. */
    done: z.literal(true).optional(),
  })
  .refine((answer) => (answer.secret === undefined) !== (answer.done === undefined), {
    message: 'Either "secret" or "done": true.',
  });
