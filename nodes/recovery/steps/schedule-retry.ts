import { z } from 'zod';
import type { Step } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';

const Notes = z.object({ after_attempt: z.number(), wake_at: z.iso.datetime() });

/** Within the attempts, and where a further one may help: waits with a growing delay, then retries. */
export const scheduleRetry: Step<RecoveryDeps> = {
  id: 'schedule-retry',
  title: 'Retry later',
  timeoutSeconds: 10,
  weight: 1,
  only: ['provision', 'rebuild'],
  async run({ deps, state, operation, server, memo }) {
    const failure = state.failure;
    const { maxAttempts, retryDelaySeconds } = deps.limits;
    if (failure === null || !failure.retryable || state.attempt >= maxAttempts) {
      return { status: 'done', summary: 'given up', update: { route: 'end' } };
    }
    const now = deps.clock.now();
    const parsed = Notes.safeParse(memo.get());
    const notes =
      parsed.success && parsed.data.after_attempt === state.attempt ? parsed.data : null;
    if (notes !== null && new Date(notes.wake_at) <= now) {
      const update = { route: 'provisioner' as const, failure: null };
      return { status: 'done', summary: `attempt ${state.attempt + 1} starts`, update };
    }
    const delay = retryDelaySeconds * 2 ** Math.max(0, state.attempt - 1) * 1000;
    const wakeAt = notes === null ? new Date(now.getTime() + delay) : new Date(notes.wake_at);
    await memo.put({ after_attempt: state.attempt, wake_at: wakeAt.toISOString() });
    await deps.outbox.enqueue({
      dedupeKey: `${operation.id}:retry:${state.attempt}`,
      severity: 'warning',
      kind: 'provisioning_retry',
      params: {
        server: server.handle,
        attempt: state.attempt,
        max: maxAttempts,
        step: failure.step ?? 'intake',
        code: failure.code,
        reason: failure.message,
        seconds: Math.round(delay / 1000),
      },
      serverHandle: server.handle,
      operationId: operation.id,
    });
    return { status: 'parked', wakeAt };
  },
};
