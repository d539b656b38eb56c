import type { Expectations, HealthReport, HealthState } from '#domain/health/report.ts';
import type { ServiceCheck, TargetHealth, WatchedService } from '#domain/health/target.ts';
import type { ServerHealth } from '#generated/prisma/client.ts';
import { expectationsOf } from './groups.ts';

export const toTargetHealth = ({ report, ...row }: ServerHealth): TargetHealth => ({
  ...row,
  report: reportOf(report),
});

/** A row of server_health as PostgreSQL writes it as JSON. */
export interface HealthJson {
  readonly server_id: string;
  readonly state: HealthState;
  readonly since: string;
  readonly missing_since: string | null;
  readonly misses: number;
  readonly goods: number;
  readonly fresh_goods: number;
  readonly recent: string;
  readonly flapping: boolean;
  readonly checks: number;
  readonly last_check_at: string | null;
  readonly last_good_at: string | null;
  readonly report: unknown;
  readonly latency_ms: number | null;
  readonly boot_id: string | null;
}

const date = (text: string | null) => (text === null ? null : new Date(text));

export const healthOf = (json: HealthJson): TargetHealth => ({
  ...{ serverId: json.server_id, state: json.state, since: new Date(json.since) },
  ...{ missingSince: date(json.missing_since), misses: json.misses, goods: json.goods },
  ...{ freshGoods: json.fresh_goods, recent: json.recent, flapping: json.flapping },
  ...{ checks: json.checks, lastCheckAt: date(json.last_check_at) },
  ...{ lastGoodAt: date(json.last_good_at), report: reportOf(json.report) },
  ...{ latencyMs: json.latency_ms, bootId: json.boot_id },
});

/** Written by `write` alone, so that a look at its shape is enough: 5,000 are read at once. */
const reportOf = (stored: unknown): HealthReport | null =>
  stored !== null && typeof stored === 'object' && 'overall' in stored
    ? (stored as HealthReport)
    : null;

export const toWatchedService = (row: {
  id: string;
  name: string;
  checks: unknown;
}): WatchedService => ({
  id: row.id,
  name: row.name,
  checks: Array.isArray(row.checks) ? (row.checks as ServiceCheck[]) : [],
});

/** Reads each group's expectations once per query. */
export function expectationsByGroup(): (group: string, stored: unknown) => Expectations {
  const seen = new Map<string, Expectations>();
  return (group, stored) => {
    const known = seen.get(group) ?? expectationsOf(stored);
    seen.set(group, known);
    return known;
  };
}
