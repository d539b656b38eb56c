import type { ErrorCode } from '#domain/errors.ts';
import type { StepResult } from '#domain/step.ts';

/** A recovery that is stopped (freeze, breaker, blindness) looks again after this time. */
const STOP_LOOK_MS = 30_000;

export const parkedFor = (now: Date, milliseconds = STOP_LOOK_MS): StepResult => ({
  status: 'parked',
  wakeAt: new Date(now.getTime() + milliseconds),
});

/** The ladder is over without success: a human takes it from here. */
export const handOver = (code: ErrorCode, message: string, hint: string): StepResult => ({
  status: 'done',
  summary: message,
  update: {
    route: 'end',
    failure: { step: 'choose-rung', code, message, hint, retryable: false },
  },
});

/** Nothing more to do, and nothing went wrong. */
export const atRest = (summary: string): StepResult => ({
  status: 'done',
  summary,
  update: { route: 'end', failure: null },
});
