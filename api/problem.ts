import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { ErrorCode } from '#domain/errors.ts';

/** RFC 9457. `code` is the word programs branch on; `detail` and `hint` are for people. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  hint: z.string().nullable(),
  /** Finds the request in the log. */
  request_id: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type Problem = z.infer<typeof Problem>;

export const PROBLEM_TYPE = 'application/problem+json';

export interface ProblemInput {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

export function problem(input: ProblemInput): Problem {
  return {
    type: `urn:zavhoz:error:${input.code}`,
    title: STATUS_CODES[input.status] ?? 'Error',
    status: input.status,
    detail: input.detail,
    code: input.code,
    hint: input.hint ?? null,
    request_id: input.requestId,
    details: { ...input.details },
  };
}

/** JSON text of a problem; a bigint or a date among the details does not break the answer. */
export const problemText = (value: Problem): string =>
  JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
