import { z } from 'zod';
import { HealthReport, HealthState } from '#domain/health/report.ts';
import type { ServiceCheck, TargetHealth, WatchedService } from '#domain/health/target.ts';
import type { HealthBucket } from '#domain/repositories.ts';
import { line, Time, time, timeOrNull } from './common.ts';

const Percent = z.number().min(0).max(100).nullable();

export const HealthWire = z.object({
  server_handle: z.string(),
  state: HealthState,
  since: Time.nullable(),
  last_check_at: Time.nullable(),
  last_good_at: Time.nullable(),
  /** Milliseconds of the last look; null where nothing answered. */
  latency_ms: z.number().nullable(),
  /** Bad looks in a row. */
  misses: z.number().int(),
  flapping: z.boolean(),
  /** Null until the first answer. */
  report: HealthReport.nullable(),
  /** Good checks among good and bad ones; null where nothing was measured. */
  uptime_percent: z.object({ '24h': Percent, '7d': Percent, '30d': Percent }),
});
export type HealthWire = z.infer<typeof HealthWire>;

export const healthToWire = (
  handle: string,
  health: TargetHealth | null,
  uptime: HealthWire['uptime_percent'],
): HealthWire => ({
  server_handle: handle,
  state: health?.state ?? 'unknown',
  since: timeOrNull(health?.since ?? null),
  last_check_at: timeOrNull(health?.lastCheckAt ?? null),
  last_good_at: timeOrNull(health?.lastGoodAt ?? null),
  latency_ms: health?.latencyMs ?? null,
  misses: health?.misses ?? 0,
  flapping: health?.flapping ?? false,
  report: health?.report ?? null,
  uptime_percent: uptime,
});

export const BucketWire = z.object({
  from: Time,
  checks: z.number().int(),
  good: z.number().int(),
  bad: z.number().int(),
  unknown: z.number().int(),
  latency_ms: z.object({ avg: z.number(), max: z.number() }).nullable(),
});

export const bucketToWire = (bucket: HealthBucket): z.infer<typeof BucketWire> => ({
  from: time(bucket.from),
  checks: bucket.checks,
  good: bucket.good,
  bad: bucket.bad,
  unknown: bucket.unknown,
  latency_ms: bucket.latencyMs && { avg: bucket.latencyMs.avg, max: bucket.latencyMs.max },
});

const Port = z.number().int().min(1).max(65_535);
const CheckWire = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    url: z
      .url({ protocol: /^https?$/, error: 'An address that begins with http:// or https://.' })
      .max(2_000)
      .refine((url) => !/^\w+:\/\/[^/]*@/.test(url), 'No login within the address.'),
    /** Null: every answer from 200 to 399 is good. */
    expect_status: z.number().int().min(100).max(599).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('tcp'), port: Port }),
  z.strictObject({
    kind: z.literal('tls'),
    port: Port.default(443),
    /** Days before its end from which a certificate is reported. */
    warn_days: z.number().int().min(1).max(365).default(14),
    /** The name to ask for and to find in the certificate; null: the name is not looked at. */
    server_name: z
      .string()
      .max(253)
      .regex(/^[a-z0-9*]([a-z0-9.-]*[a-z0-9])?$/i, 'A host name, like www.example.org.')
      .nullable()
      .default(null),
  }),
]);

const ServiceWire = z.strictObject({
  name: line(64),
  checks: z.array(CheckWire).min(1).max(10),
});

export const ServicesBody = z.strictObject({
  services: z
    .array(ServiceWire)
    .max(50)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'Each name once.'),
});
export const ServicesWire = z.object({ server_handle: z.string(), services: z.array(ServiceWire) });

const checkToWire = (check: ServiceCheck): z.infer<typeof CheckWire> =>
  check.kind === 'http'
    ? { kind: 'http', url: check.url, expect_status: check.expectStatus }
    : check.kind === 'tls'
      ? {
          kind: 'tls',
          port: check.port,
          warn_days: check.warnDays,
          server_name: check.servername ?? null,
        }
      : { kind: 'tcp', port: check.port };

export const serviceToWire = ({ name, checks }: WatchedService): z.infer<typeof ServiceWire> => ({
  name,
  checks: checks.map(checkToWire),
});

export const serviceFromWire = ({
  name,
  checks,
}: z.infer<typeof ServiceWire>): Omit<WatchedService, 'id'> => ({
  name,
  checks: checks.map(
    (check): ServiceCheck =>
      check.kind === 'http'
        ? { kind: 'http', url: check.url, expectStatus: check.expect_status }
        : check.kind === 'tls'
          ? {
              kind: 'tls',
              port: check.port,
              warnDays: check.warn_days,
              servername: check.server_name,
            }
          : check,
  ),
});
