import type { OpsError } from '#domain/errors.ts';
import type { IncidentRepository, OutboxRepository } from '#domain/repositories.ts';

export interface ProviderWatchDeps {
  readonly incidents: Pick<IncidentRepository, 'openWith' | 'resolve'>;
  readonly outbox: OutboxRepository;
  /** Whether the fault may be the provider's at all, and not our own network's. */
  readonly isOnline: () => Promise<boolean>;
}

/**
 * An account whose API does not answer is an incident of its own: it mutes nothing, and what needs
 * that API is skipped by name. One message when it begins, one when it works again.
 */
export function createProviderWatch({ incidents, outbox, isOnline }: ProviderWatchDeps) {
  const type = 'provider_api_unavailable';
  /** Accounts known to work, so that a cycle that is well costs no query. */
  const well = new Set<string>();

  return {
    async failed(account: string, error: OpsError): Promise<void> {
      if (error.code !== 'upstream_login' && !(await isOnline())) return;
      const { incident, outcome } = await incidents.openWith({
        ...{ type, serverHandle: account, severity: 'warning' },
        ...{ details: error.message, operationId: null, affectedServices: [] },
      });
      well.delete(account);
      if (outcome === 'joined') return;
      await outbox.enqueue({
        dedupeKey: `incident:${incident.id}:opened:${incident.reopened}`,
        ...{ severity: 'warning', kind: 'provider_unavailable' },
        params: { provider: account, reason: error.message },
        ...{ serverHandle: null, operationId: null },
      });
    },
    async worked(account: string): Promise<void> {
      if (well.has(account)) return;
      for (const incident of await incidents.resolve(account, [type], 'It answers again.')) {
        await outbox.enqueue({
          dedupeKey: `incident:${incident.id}:resolved:${incident.reopened}`,
          ...{ severity: 'success', kind: 'provider_back' },
          params: { provider: account, reason: '' },
          ...{ serverHandle: null, operationId: null },
        });
      }
      well.add(account);
    },
  };
}
