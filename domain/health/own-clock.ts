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
  /** The same by size, kept so: each check asks for the middle. */
  const bySize: number[] = [];

  const error = () => (bySize.length < LEAST_HOSTS ? 0 : (bySize[bySize.length >> 1] ?? 0));

  function forget(handle: string): void {
    const offset = offsets.get(handle);
    if (offset === undefined) return;
    offsets.delete(handle);
    bySize.splice(bySize.indexOf(offset), 1);
  }

  function remember(handle: string, offset: number): void {
    offsets.set(handle, offset);
    const greater = bySize.findIndex((one) => one > offset);
    bySize.splice(greater < 0 ? bySize.length : greater, 0, offset);
  }

  return {
    /** The host's own part of what was just seen. */
    corrected(handle: string, offsetMs: number): number {
      forget(handle);
      remember(handle, offsetMs);
      if (offsets.size > MOST_HOSTS) {
        const [oldest] = offsets.keys();
        if (oldest !== undefined) forget(oldest);
      }
      return offsetMs - error();
    },
    forget,
  };
}
