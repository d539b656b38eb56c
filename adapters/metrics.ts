import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client';
import type { Metrics } from '#domain/ports.ts';

type Labels = Readonly<Record<string, string>>;

interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** The figures the product promises, there from the first scrape on; others are made when first used. */
export const METRICS: Readonly<Record<string, Definition>> = {
  server_provisioning_duration_seconds: {
    type: 'histogram',
    help: 'Duration of whole provisionings and rebuilds',
    labels: ['kind', 'status'],
  },
  server_provisioning_attempts_total: {
    type: 'counter',
    help: 'Provisioning attempts',
    labels: ['kind', 'status'],
  },
  server_reboot_duration_seconds: {
    type: 'histogram',
    help: 'Duration of reboots that were ordered',
    labels: ['status'],
  },
  server_health_check_failures_total: {
    type: 'counter',
    help: 'Failed health checks',
    labels: ['check'],
  },
  incidents_total: { type: 'counter', help: 'Incidents opened', labels: ['type'] },
  zavhoz_telegram_failing: {
    type: 'gauge',
    help: '1 while notifications cannot be delivered by Telegram',
    labels: [],
  },
  zavhoz_queue_depth: { type: 'gauge', help: 'Work that waits', labels: ['queue', 'state'] },
  zavhoz_event_loop_lag_seconds: {
    type: 'gauge',
    help: 'How late the event loop runs',
    labels: ['role'],
  },
};

/** Of Node's own figures those that look at each open connection whenever they are read. */
const WALKS = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
];

/** Seconds, from a fast check to the longest provisioning. */
const BUCKETS = [0.05, 0.25, 1, 5, 15, 30, 60, 120, 240, 480, 900, 1800, 3000];

export interface MetricsRegistry extends Metrics {
  /** Prometheus text; `others` are snapshots of further processes, added to our own. */
  render(others?: readonly unknown[]): Promise<string>;
  /** Plain JSON for another process's `render`. */
  snapshot(): Promise<unknown>;
  readonly contentType: string;
}

/** Figures of this process. A label that a figure does not have is dropped: figures never break work. */
export function createMetrics({
  processFigures = true,
}: {
  readonly processFigures?: boolean;
} = {}): MetricsRegistry {
  const registry = new Registry();
  if (processFigures) collectDefaultMetrics({ register: registry });
  for (const name of WALKS) registry.removeSingleMetric(name);
  const labelsOf = new Map<string, readonly string[]>();

  function define(name: string, { type, help, labels }: Definition) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    labelsOf.set(name, labels);
    if (type === 'counter') return new Counter(options);
    if (type === 'gauge') return new Gauge(options);
    return new Histogram({ ...options, buckets: BUCKETS });
  }

  function find(name: string, type: Definition['type'], labels: Labels) {
    const known = registry.getSingleMetric(name);
    return known ?? define(name, { type, help: name, labels: Object.keys(labels).sort() });
  }

  const fitting = (name: string, labels: Labels): Record<string, string> =>
    Object.fromEntries(
      Object.entries(labels).filter(([key]) => labelsOf.get(name)?.includes(key) ?? false),
    );

  for (const [name, definition] of Object.entries(METRICS)) define(name, definition);

  return {
    contentType: registry.contentType,
    count(name, labels = {}, by = 1) {
      const metric = find(name, 'counter', labels);
      if (metric instanceof Counter && by >= 0) metric.inc(fitting(name, labels), by);
    },
    observe(name, seconds, labels = {}) {
      const metric = find(name, 'histogram', labels);
      if (metric instanceof Histogram) metric.observe(fitting(name, labels), seconds);
    },
    gauge(name, value, labels = {}) {
      const metric = find(name, 'gauge', labels);
      if (metric instanceof Gauge) metric.set(fitting(name, labels), value);
    },
    snapshot: () => registry.getMetricsAsJSON(),
    async render(others = []) {
      if (others.length === 0) return registry.metrics();
      const all = [await registry.getMetricsAsJSON(), ...others];
      return AggregatorRegistry.aggregate(all as object[]).metrics();
    },
  };
}
