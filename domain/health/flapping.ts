/** Verdicts that are looked at, and with them one change less. */
export const FLAP_WINDOW = 21;
const CHANGES = FLAP_WINDOW - 1;

export interface FlapLimits {
  /** Share of changes, 0 to 1, from which a server flaps, and below which it has settled. */
  readonly high: number;
  readonly low: number;
}
export const DEFAULT_FLAP_LIMITS: FlapLimits = { high: 0.3, low: 0.2 };

/** The oldest change counts three quarters, the newest five: what is over weighs less. */
const weight = (at: number): number => 0.75 + (0.5 * at) / (CHANGES - 1);

/**
 * Weighted share of changes among the last 21 verdicts (`1` good, `0` bad, oldest first), 0 to 1.
 * What is not known yet counts as no change: a young server does not flap on its first blip.
 */
export function changeShare(recent: string): number {
  const from = FLAP_WINDOW - Math.min(recent.length, FLAP_WINDOW);
  const known = recent.slice(-FLAP_WINDOW);
  let sum = 0;
  for (let at = 1; at < known.length; at++) {
    if (known[at] !== known[at - 1]) sum += weight(from + at - 1);
  }
  return sum / CHANGES;
}

/** Two limits, so that a server on the edge does not flap between flapping and not. */
export function isFlapping(
  recent: string,
  before: boolean,
  { high, low }: FlapLimits = DEFAULT_FLAP_LIMITS,
): boolean {
  const share = changeShare(recent);
  return before ? share >= low : share >= high;
}

export const remember = (recent: string, good: boolean): string =>
  `${recent}${good ? '1' : '0'}`.slice(-FLAP_WINDOW);
