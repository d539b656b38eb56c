/** At most so many logins a second, evenly: what comes at once is given a place further on. */
export function createHandshakeBudget(perSecond: number) {
  const gapMs = 1000 / perSecond;
  let nextAt = 0;
  /** A clock that was set back must not leave everybody waiting for a time that is far away. */
  const settle = (now: number) => {
    if (nextAt - now > 3_600_000) nextAt = now;
  };
  return {
    /** A place of one's own, in milliseconds since 1970; now or earlier: at once. */
    reserve(now: number): number {
      settle(now);
      const at = Math.max(nextAt, now);
      nextAt = at + gapMs;
      return Math.floor(at);
    },
    /** One that may wait for another day: false while others queue. */
    take(now: number): boolean {
      settle(now);
      if (nextAt > now) return false;
      nextAt = now + gapMs;
      return true;
    },
  };
}
