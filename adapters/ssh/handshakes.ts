/** One who waits for a turn; the more urgent first, of equals the earlier. */
interface Waiting {
  readonly urgency: number;
  start(): void;
}

export interface Handshakes {
  /**
   * Resolves when `count` handshakes may begin. `urgency`: the lower goes first. Rejects with the
   * signal's reason; a turn that nobody waits for is not used up.
   */
  turn(count: number, urgency: number, signal: AbortSignal): Promise<void>;
  readonly waiting: number;
}

/**
 * Spaces handshakes evenly, at most `perSecond`: what a thousand lost connections cost is spread
 * over this process and over the hosts, and none of them is late by its own fault.
 */
export function createHandshakes(perSecond: number): Handshakes {
  const gapMs = 1000 / perSecond;
  const queue: Waiting[] = [];
  let nextAt = 0;
  let scheduled = false;

  function serve(): void {
    scheduled = false;
    const now = performance.now();
    while (queue.length > 0 && nextAt <= now) queue.shift()?.start();
    if (queue.length > 0) schedule();
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setTimeout(serve, Math.max(1, nextAt - performance.now()));
  }

  const use = (count: number) => {
    nextAt = Math.max(nextAt, performance.now()) + count * gapMs;
  };

  return {
    turn(count, urgency, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (queue.length === 0 && nextAt <= performance.now()) {
        use(count);
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          urgency,
          start() {
            signal.removeEventListener('abort', onAbort);
            use(count);
            resolve();
          },
        };
        const onAbort = () => {
          const at = queue.indexOf(waiting);
          if (at >= 0) queue.splice(at, 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        insert(queue, waiting);
        schedule();
      });
    },
    get waiting() {
      return queue.length;
    },
  };
}

/** Behind the last that is as urgent: searched in halves, the queue may hold a whole fleet. */
function insert(queue: Waiting[], waiting: Waiting): void {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.urgency ?? 0) <= waiting.urgency) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, waiting);
}
