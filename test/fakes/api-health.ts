import { randomUUID } from 'node:crypto';
import type { ApiDeps } from '#api/deps.ts';
import { OpsError } from '#domain/errors.ts';
import type { GroupPolicy, ServerGroup } from '#domain/group.ts';
import { DEFAULT_EXPECTATIONS, HEALTH_PARTS, type HealthReport } from '#domain/health/report.ts';
import type { TargetHealth, WatchedService } from '#domain/health/target.ts';
import type { MaintenanceWindow } from '#domain/maintenance.ts';
import type { GroupRepository, HealthBucket } from '#domain/repositories.ts';

const THEN = new Date('2026-01-02T03:04:05Z');
const POLICY: GroupPolicy = {
  mode: 'ask',
  highest_rung: 'reboot',
  weight: 0,
  expectations: DEFAULT_EXPECTATIONS,
};

export function apiGroups(): GroupRepository {
  const rows = new Map<string, ServerGroup>();
  const put = (group: ServerGroup) => {
    rows.set(group.name, group);
    return group;
  };
  put({ id: 'g-1', name: 'default', description: '', policy: POLICY, openPorts: [] });
  const require = async (name: string) => {
    const group = rows.get(name);
    if (group) return group;
    throw new OpsError('not_found', `There is no group ${name}.`, {
      hint: 'GET /api/groups lists them.',
    });
  };
  return {
    require,
    list: async () => [...rows.values()],
    async create({ policy, ...input }) {
      if (rows.has(input.name)) throw new OpsError('conflict', `${input.name} is taken.`);
      return put({ ...input, id: randomUUID(), policy: { ...POLICY, ...policy } });
    },
    async update(name, { policy, ...patch }) {
      const group = await require(name);
      return put({ ...group, ...patch, policy: { ...group.policy, ...policy } });
    },
  };
}

export function apiMaintenance(): ApiDeps['maintenance'] {
  const rows = new Map<string, MaintenanceWindow>();
  const put = (window: MaintenanceWindow) => {
    rows.set(window.id, window);
    return window;
  };
  return {
    create: async (window) => put({ ...window, id: randomUUID(), endedAt: null, endedBy: null }),
    find: async (id) => rows.get(id) ?? null,
    list: async ({ active, scope, target }) =>
      [...rows.values()].filter(
        (w) =>
          (!active || (w.endedAt === null && w.from <= active && active < w.until)) &&
          (!scope || w.scope === scope) &&
          (!target || w.target === target),
      ),
    async end(id, by, at) {
      const window = rows.get(id);
      if (!window) throw new OpsError('not_found', 'There is no such window.');
      return put({ ...window, endedAt: at, endedBy: by });
    },
  };
}

const OK = { state: 'ok' as const, reason: '' };
export const aReport = (over: Partial<HealthReport> = {}): HealthReport => ({
  ...(Object.fromEntries(HEALTH_PARTS.map((part) => [part, OK])) as Omit<HealthReport, 'overall'>),
  overall: OK,
  ...over,
});

export const aTargetHealth = (over: Partial<TargetHealth> = {}): TargetHealth => ({
  serverId: 'id-vps-1001',
  state: 'ok',
  since: THEN,
  missingSince: null,
  misses: 0,
  goods: 5,
  freshGoods: 1,
  recent: '11111',
  flapping: false,
  checks: 5,
  lastCheckAt: THEN,
  lastGoodAt: THEN,
  report: aReport(),
  latencyMs: 12,
  bootId: 'boot-1',
  ...over,
});

export interface ApiServerHealth extends ApiHealth {
  current: TargetHealth | null;
  buckets: readonly HealthBucket[];
  /** The ranges that were asked for. */
  readonly asked: { readonly from: Date; readonly until: Date; readonly by: string }[];
}
type ApiHealth = ApiDeps['serverHealth'];

export function apiServerHealth(): ApiServerHealth {
  let services: readonly WatchedService[] = [];
  const fake: ApiServerHealth = {
    current: aTargetHealth(),
    buckets: [],
    asked: [],
    target: async () => fake.current,
    async history(_id, range) {
      fake.asked.push(range);
      return fake.buckets;
    },
    uptimePercent: async (_id, since) =>
      Date.now() - since.getTime() > 20 * 86_400_000 ? null : 99.5,
    services: async () => services,
    async setServices(_id, given) {
      services = given.map((service) => ({ ...service, id: randomUUID() }));
    },
  };
  return fake;
}
