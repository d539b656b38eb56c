/** What one measurement gave. A figure is one value, or two percentiles of many samples. */
export interface Outcome {
  readonly value?: number;
  readonly p50?: number;
  readonly p95?: number;
  /** In the order they were taken, in the figure's unit. */
  readonly samples: readonly number[];
  /** What the peer took, in the same unit, where there is a peer that was run. */
  readonly peerSamples?: readonly number[];
  readonly conditions: string;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Greatest value (of p95 where there are percentiles) that counts as good. */
  readonly target: number;
  /** What it is compared with, in words. */
  readonly peer: string;
  /** Whether it needs a Docker engine for real hosts. */
  readonly realHosts: boolean;
  /** Ends early, leaving nothing behind, once `signal` fires. */
  measure(say: (text: string) => void, signal: AbortSignal): Promise<Outcome>;
}

/** The smallest sample that is not below `share` of all of them. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('there are no samples');
  return value;
}

export const median = (samples: readonly number[]): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[half - 1], sorted[half]];
  if (high === undefined) throw new Error('there are no samples');
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
};

export const rounded = (value: number): number =>
  value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
