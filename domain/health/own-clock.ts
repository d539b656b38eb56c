/** Fewer hosts may well be wrong together. */
const LEAST_HOSTS = 3;
/** Hosts that were seen last: enough for a middle, and cheap to sort. */
const MOST_HOSTS = 25;

/**
 * When most hosts' clocks seem to be off by the same, it is ours that was set: what is left of a
 * host's offset is its own. In milliseconds; positive: the host is ahead.
 */
export function createOwnClock() {
  const offsets = new Map<string, number>();

  function error(): number {
    if (offsets.size < LEAST_HOSTS) return 0;
    const sorted = [...offsets.values()].sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }

  return {
    /** The host's own part of what was just seen. */
    corrected(handle: string, offsetMs: number): number {
      offsets.delete(handle);
      offsets.set(handle, offsetMs);
      const [oldest] = offsets.keys();
      if (offsets.size > MOST_HOSTS && oldest !== undefined) offsets.delete(oldest);
      return offsetMs - error();
    },
    forget: (handle: string) => void offsets.delete(handle),
  };
}
