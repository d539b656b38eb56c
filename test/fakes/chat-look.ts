import type { BotDeps } from '#bot/deps.ts';
import type { AuditEntry } from '#domain/audit.ts';
import type { PlacedService, TargetHealth } from '#domain/health/target.ts';
import type { IncidentEvent } from '#domain/incident.ts';
import type { OperationStep } from '#domain/operation.ts';
import type { HealthBucket, ProviderAccount, ServerFilter } from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';

/** What people may look at beside servers and operations; tests fill the lists. */
export interface ChatLook {
  readonly targets: Map<string, TargetHealth>;
  readonly buckets: Map<string, readonly HealthBucket[]>;
  readonly uptime: { percent: number | null };
  readonly placed: PlacedService[];
  readonly providerAccounts: ProviderAccount[];
  readonly entries: AuditEntry[];
  readonly steps: Map<string, readonly OperationStep[]>;
  readonly timelines: Map<string, readonly IncidentEvent[]>;
  readonly ready: { database: boolean; queue: boolean };
}

export const chatLook = (): ChatLook => ({
  targets: new Map(),
  buckets: new Map(),
  uptime: { percent: null },
  placed: [],
  providerAccounts: [],
  entries: [],
  steps: new Map(),
  timelines: new Map(),
  ready: { database: true, queue: true },
});

interface Paging {
  readonly offset: number;
  readonly limit: number;
}
const page = <T>(items: readonly T[], { offset, limit }: Paging) =>
  Promise.resolve({ items: items.slice(offset, offset + limit), total: items.length });

/** The repositories over those lists. */
export const lookDeps = (
  look: ChatLook,
): Pick<BotDeps, 'health' | 'accounts' | 'audit' | 'system'> => ({
  health: {
    target: async (id) => look.targets.get(id) ?? null,
    history: async (id) => look.buckets.get(id) ?? [],
    uptimePercent: async () => look.uptime.percent,
    placedServices: ({ serverId }, paging) =>
      page(
        look.placed.filter((one) => !serverId || one.serverId === serverId),
        paging,
      ),
  },
  accounts: { list: async () => look.providerAccounts },
  audit: {
    list: ({ about }, paging) =>
      page(
        look.entries.filter(({ actor, target }) => !about || actor === about || target === about),
        paging,
      ),
  },
  system: {
    version: '1.2.3',
    pollingAgeMs: () => 1500,
    async ready() {
      const { database, queue } = look.ready;
      const check = (ok: boolean) => ({ ok, detail: ok ? 'answers' : 'does not answer' });
      return {
        ok: database && queue,
        checks: { database: check(database), queue: check(queue) },
      };
    },
  },
});

/** The repository's filter, as far as chats use it. */
export function fits(server: Server, filter: ServerFilter): boolean {
  const { status, provider, group, care, label, search, named } = filter;
  const [key = '', ...value] = label?.split('=') ?? [];
  return (
    (!status || status.includes(server.status)) &&
    (!provider || provider === server.provider) &&
    (!group || group === server.group) &&
    (!care || care.includes(server.care)) &&
    (!label ||
      (value.length > 0 ? server.labels[key] === value.join('=') : key in server.labels)) &&
    (!search || `${server.handle} ${server.hostname} ${server.notes}`.includes(search)) &&
    (!named || server.handle.startsWith(named) || server.providerRef === named)
  );
}
