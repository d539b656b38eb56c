export interface Seeded {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** So many different ones, in an order of its own. */
  sample<T>(from: readonly T[], count: number): readonly T[];
}

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    pick: <T>(from: readonly T[]) => from[between(0, from.length - 1)] as T,
    sample<T>(from: readonly T[], count: number) {
      const rest = [...from];
      return Array.from({ length: Math.min(count, rest.length) }, () => {
        const [taken] = rest.splice(between(0, rest.length - 1), 1);
        return taken as T;
      });
    },
  };
}
