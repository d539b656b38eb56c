import { OpsError } from '#domain/errors.ts';

/** Why a signal was aborted, as an error of ours: its own reason where that is one. */
export function abortError(signal: AbortSignal, what: string): OpsError {
  const reason: unknown = signal.reason;
  if (reason instanceof OpsError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new OpsError('timeout', `${what}: the deadline is over.`, { cause: reason });
  }
  return new OpsError('cancelled', `${what}: stopped.`, { cause: reason });
}

export interface Deadline {
  /** Aborted at the deadline and with the outer signal, whichever comes first. */
  readonly signal: AbortSignal;
  /** True once the deadline, not the outer signal, ended it. */
  readonly expired: boolean;
  /** Must be called when the work is over: drops the timer and the listener. */
  clear(): void;
}

/** Joins a deadline in milliseconds with a signal, leaving nothing behind once cleared. */
export function startDeadline(timeoutMs: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const onAbort = () => controller.abort(outer.reason);
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new DOMException('deadline', 'TimeoutError'));
  }, timeoutMs);
  if (outer.aborted) onAbort();
  else outer.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    clear() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
