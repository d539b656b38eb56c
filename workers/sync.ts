import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Provider } from '#domain/provider.ts';
import type {
  FleetRepository,
  IncidentRepository,
  OperationRepository,
  OutboxRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import type { Server, ServerStatus } from '#domain/server.ts';
import { createProviderWatch } from './provider-watch.ts';

/** Lists in a row that must miss a server before it counts as gone. */
const MISSES_ALLOWED = 2;
const LIST_MS = 60_000;
const PAGE = 200;
const ACTIVE = ['queued', 'running', 'waiting'] as const;

interface Account {
  readonly name: string;
  readonly providerId: string;
  readonly provider: Provider;
  readonly managedRefs: ReadonlySet<string>;
}

export interface SyncDeps {
  readonly accounts: readonly Account[];
  readonly servers: ServerRepository;
  readonly agent: Agent;
  readonly operations: Pick<OperationRepository, 'list'>;
  readonly fleet: Pick<FleetRepository, 'state'>;
  readonly outbox: OutboxRepository;
  readonly incidents: IncidentRepository;
  readonly isOnline: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The owner's word that newly discovered, managed servers are prepared without asking. */
  readonly autoProvision: boolean;
  /** Waits before an account that did not answer is asked again within one look. */
  readonly retryAfterMs: readonly number[];
}

/**
 * One look at every account. An account that does not answer stops no other: it is asked twice more
 * before it counts as away.
 */
export function createSync(deps: SyncDeps): (stopping: AbortSignal) => Promise<void> {
  const { clock, log, retryAfterMs } = deps;
  const watch = createProviderWatch(deps);

  async function list(account: Account, stopping: AbortSignal) {
    for (let turn = 0; ; turn++) {
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(LIST_MS)]);
      try {
        return await account.provider.list(signal);
      } catch (error) {
        const wait = retryAfterMs[turn];
        if (wait === undefined || toOpsError(error).retry === 'no') throw error;
        await clock.sleep(wait, stopping);
      }
    }
  }

  async function look(account: Account, stopping: AbortSignal): Promise<void> {
    const listed = await list(account, stopping).catch(async (error: unknown) => {
      if (!stopping.aborted) await watch.failed(account.name, toOpsError(error));
      throw error;
    });
    const { added, missing } = await deps.servers.sync(
      { name: account.name, provider: account.providerId },
      listed,
      { managedRefs: account.managedRefs, missesAllowed: MISSES_ALLOWED },
    );
    await watch.worked(account.name);
    for (const server of added) await welcome(server, deps);
    for (const server of missing) await tell('server_missing', server, deps);
  }

  return async (stopping) => {
    await Promise.all(
      deps.accounts.map((account) =>
        look(account, stopping).catch((error: unknown) => {
          const { code, message } = toOpsError(error);
          if (!stopping.aborted)
            log.error({ account: account.name, code, error: message }, 'sync failed');
        }),
      ),
    );
    await pickUpWaiting(deps);
  };
}

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
 * Servers that wait for us, by whatever way they came there: those of the allow-list that were bought
 * after it was written (the sync puts them in pending_setup), with `autoProvision` also those that
 * were there before, and an ordered rebuild that no operation works on. The key names the server and
 * its episode, so a repeated sync orders nothing more. Nothing begins while the fleet is frozen.
 */
async function pickUpWaiting(deps: SyncDeps): Promise<void> {
  const { fleet, autoProvision } = deps;
  if ((await fleet.state()).frozenAt !== null) return;
  const status: ServerStatus[] = ['pending_setup', 'force_rebuild'];
  for (const server of await all(deps, autoProvision ? [...status, 'discovered'] : status)) {
    if (server.handsOff || (server.status === 'discovered' && server.episode > 0)) continue;
    await pickUp(server, deps);
  }
}

async function all({ servers }: SyncDeps, status: readonly ServerStatus[]): Promise<Server[]> {
  const found: Server[] = [];
  for (;;) {
    const paging = { offset: found.length, limit: PAGE };
    const { items } = await servers.list({ status, care: ['managed'] }, paging);
    found.push(...items);
    if (items.length < PAGE) return found;
  }
}

async function pickUp(server: Server, { agent, operations, log }: SyncDeps): Promise<void> {
  const order = { target: server.handle, by: 'agent:sync' };
  const key = `sync:${server.id}:${server.episode}`;
  try {
    if (server.status !== 'force_rebuild') {
      await agent.submit({ kind: 'provision', ...order, key });
      return;
    }
    const active = { serverHandle: server.handle, status: ACTIVE };
    if ((await operations.list(active, { offset: 0, limit: 1 })).total > 0) return;
    // A human set the status: the full reinstallation is what it says.
    await agent.submit({ kind: 'rebuild', mode: 'reinstall', ...order, key: `${key}:rebuild` });
  } catch (error) {
    log.warn({ server: server.handle, error: toOpsError(error).message }, 'was not ordered');
  }
}
