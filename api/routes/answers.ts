import { PROBLEM_TYPE, Problem } from '../problem.ts';

const refusal = (description: string) => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: Problem } },
});

/** A route's answers and, for the document, what every refusal looks like. */
export const answers = <T extends object>(success: T) => ({
  ...success,
  '4xx': refusal('Refused; the problem says what would be right'),
  '5xx': refusal('Failed on our side'),
});

/** The header of every POST and PATCH, for the document; api/idempotency.ts obeys it. */
export const IDEMPOTENCY_NOTE =
  'Takes an Idempotency-Key header: the same key with the same request gives the same answer.';
