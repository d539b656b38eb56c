import type { HeldLease, Leases } from '#domain/ports.ts';

/** Leases that can be lost, all at once. */
export function memoryLeases(): Leases & { lose(): void } {
  const held = new Map<string, AbortController>();
  return {
    async take(resource): Promise<HeldLease | null> {
      if (held.has(resource)) return null;
      const mine = new AbortController();
      held.set(resource, mine);
      return {
        resource,
        fence: 1,
        signal: mine.signal,
        async release() {
          if (held.get(resource) === mine) held.delete(resource);
        },
      };
    },
    lose() {
      for (const lease of held.values()) lease.abort();
      held.clear();
    },
  };
}
