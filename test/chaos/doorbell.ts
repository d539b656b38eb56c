import type { Clock, Doorbell } from '#domain/ports.ts';

/** The queue in memory: one wake-up per operation and take, some side by side, lost with the agent. */
export function createChaosDoorbell({
  clock,
  concurrency = 25,
  handle,
  failed,
}: {
  readonly clock: Clock;
  readonly concurrency?: number;
  readonly handle: (operationId: string) => Promise<void>;
  readonly failed: (operationId: string, error: unknown) => void;
}): Doorbell & { depth(): Promise<number>; stop(): Promise<void> } {
  const known = new Set<string>();
  const waiting: { key: string; id: string }[] = [];
  const running = new Set<Promise<void>>();
  let stopped = false;

  function next(): void {
    while (!stopped && running.size < concurrency) {
      const job = waiting.shift();
      if (job === undefined) return;
      const work = handle(job.id)
        .catch((error: unknown) => failed(job.id, error))
        .finally(() => {
          known.delete(job.key);
          running.delete(work);
          next();
        });
      running.add(work);
    }
  }

  return {
    async ring({ id, fence }, delayMs = 0) {
      const key = `${id}-${fence}`;
      if (stopped || known.has(key)) return;
      known.add(key);
      const begin = () => {
        waiting.push({ key, id });
        next();
      };
      if (delayMs > 0) void clock.sleep(delayMs).then(begin);
      else setImmediate(begin);
    },
    depth: async () => known.size,
    async stop() {
      stopped = true;
      await Promise.allSettled(running);
    },
  };
}
