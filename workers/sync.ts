import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import type { Provider } from '#domain/provider.ts';
import type { OutboxRepository, ServerRepository } from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';

/** Lists in a row that must miss a server before it counts as gone. */
const MISSES_ALLOWED = 2;
const LIST_MS = 60_000;

export interface SyncDeps {
  readonly accounts: readonly {
    readonly name: string;
    readonly providerId: string;
    readonly provider: Provider;
    readonly managedRefs: ReadonlySet<string>;
  }[];
  readonly servers: ServerRepository;
  readonly agent: Agent;
  readonly outbox: OutboxRepository;
  readonly log: Logger;
  /** The owner's word that newly discovered, managed servers are prepared without asking. */
  readonly autoProvision: boolean;
}

/** One look at every account. An account that does not answer stops no other. */
export const createSync =
  (deps: SyncDeps) =>
  async (stopping: AbortSignal): Promise<void> => {
    for (const account of deps.accounts) {
      try {
        const signal = AbortSignal.any([stopping, AbortSignal.timeout(LIST_MS)]);
        const listed = await account.provider.list(signal);
        const { added, missing } = await deps.servers.sync(
          { name: account.name, provider: account.providerId },
          listed,
          { managedRefs: account.managedRefs, missesAllowed: MISSES_ALLOWED },
        );
        for (const server of added) await welcome(server, deps);
        for (const server of missing) await tell('server_missing', server, deps);
      } catch (error) {
        const known = toOpsError(error);
        deps.log.warn(
          { account: account.name, code: known.code, error: known.message },
          'sync failed',
        );
      }
    }
    await provisionWaiting(deps);
  };

async function welcome(server: Server, deps: SyncDeps): Promise<void> {
  deps.log.info({ server: server.handle, care: server.care }, 'server discovered');
  await tell('server_discovered', server, deps);
}

async function tell(
  kind: 'server_discovered' | 'server_missing',
  server: Server,
  { outbox }: SyncDeps,
): Promise<void> {
  await outbox.enqueue({
    dedupeKey: `${kind}:${server.id}:${server.updatedAt.getTime()}`,
    severity: kind === 'server_missing' ? 'warning' : 'info',
    kind,
    params: {
      server: server.handle,
      ip: server.connection.ipv4 ?? server.connection.ipv6 ?? '',
      provider: server.provider,
      care: server.care,
    },
    serverHandle: server.handle,
    operationId: null,
  });
}

/**
 * Servers that wait to be prepared: those of the allow-list that were bought after it was written
 * (the sync puts them in pending_setup), and with `autoProvision` also those that were there before.
 * The key names the server and its episode, so a repeated sync orders nothing more.
 */
async function provisionWaiting({ servers, agent, log, autoProvision }: SyncDeps): Promise<void> {
  const waiting = await servers.list(
    {
      status: autoProvision ? ['pending_setup', 'discovered'] : ['pending_setup'],
      care: 'managed',
    },
    { offset: 0, limit: 100 },
  );
  for (const server of waiting.items) {
    if (server.handsOff || (server.status === 'discovered' && server.episode > 0)) continue;
    try {
      await agent.submit({
        kind: 'provision',
        target: server.handle,
        by: 'agent:sync',
        key: `sync:${server.id}:${server.episode}`,
      });
    } catch (error) {
      log.warn({ server: server.handle, error: toOpsError(error).message }, 'was not ordered');
    }
  }
}
