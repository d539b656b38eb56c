import type { HeldLease, Leases } from '#domain/ports.ts';

/** One lease that can be lost. */
export function memoryLeases(): Leases & { lose(): void } {
  let held: AbortController | null = null;
  return {
    async take(resource): Promise<HeldLease | null> {
      if (held) return null;
      const mine = new AbortController();
      held = mine;
      return {
        resource,
        fence: 1,
        signal: mine.signal,
        async release() {
          if (held === mine) held = null;
        },
      };
    },
    lose() {
      held?.abort();
      held = null;
    },
  };
}
