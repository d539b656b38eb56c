import type { Clock } from '#domain/ports.ts';

/** A call that is not answered after this long has arrived or never will. */
const ON_ITS_WAY = 2000;

interface Spent {
  readonly from: number;
  until: number | null;
}

export interface Window {
  /** When one more may begin if `most` are allowed in the window; now or earlier: at once. */
  freeAt(most: number): number;
  begin(): { end(): void };
}

/**
 * What was spent within the last `length` milliseconds. A call counts from its beginning until
 * `length` after its end: nobody knows when within that time Telegram saw it.
 */
export function createWindow(length: number, clock: Clock): Window {
  const spent: Spent[] = [];
  const now = () => clock.now().getTime();
  const leaves = ({ from, until }: Spent): number =>
    (until ?? Math.min(now(), from + ON_ITS_WAY)) + length;

  const forgetOld = () => {
    const at = now();
    for (let n = spent.length - 1; n >= 0; n--) {
      const one = spent[n];
      // Those under way stay: their end is yet to be written down.
      if (one?.until != null && one.until + length <= at) spent.splice(n, 1);
    }
  };

  return {
    freeAt(most) {
      forgetOld();
      if (spent.length < most) return 0;
      const ends = spent.map(leaves).sort((a, b) => a - b);
      return ends[spent.length - most] ?? 0;
    },
    begin() {
      const one: Spent = { from: now(), until: null };
      spent.push(one);
      return {
        end() {
          one.until = Math.min(now(), one.from + ON_ITS_WAY);
        },
      };
    },
  };
}
