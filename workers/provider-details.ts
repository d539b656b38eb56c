import { toOpsError } from '#domain/errors.ts';
import type { Clock, Leases, Logger } from '#domain/ports.ts';
import type { Provider } from '#domain/provider.ts';
import type { ProviderDetailsRepository } from '#domain/repositories.ts';

interface Account {
  readonly name: string;
  readonly provider: Pick<Provider, 'facts'>;
}

export interface ProviderDetailsDeps {
  readonly accounts: readonly Account[];
  readonly providerDetails: ProviderDetailsRepository;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Logger;
  /** Answers younger than this are not asked for again. */
  readonly greatestAgeMs: number;
}

const CALL_MS = 30_000;
/** An account is asked by few calls at once: its rate limit is also the recoveries'. */
const AT_ONCE = 2;
const BATCH = 50;
const LONGEST_WAIT_MS = 120_000;

/**
 * Asks each account for the details of its servers, oldest answers first; one worker per account.
 * An account that refuses us, or asks us to wait for long, is left until the next turn: what is
 * missing then is still the oldest.
 */
export function createProviderDetails(
  deps: ProviderDetailsDeps,
): (stopping: AbortSignal) => Promise<void> {
  const { providerDetails, leases, clock, log, greatestAgeMs } = deps;

  async function ask(
    { provider }: Account,
    server: { readonly id: string; readonly handle: string; readonly ref: string },
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      try {
        const call = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
        await providerDetails.put(server.id, await provider.facts(server.ref, call));
        return;
      } catch (error) {
        const { code, message, retryAfterMs } = toOpsError(error);
        // One that the list still names and the details do not: the sync will see it.
        if (code === 'not_found') return;
        const wait = code === 'rate_limited' ? (retryAfterMs ?? 1000) : null;
        if (wait === null || wait > LONGEST_WAIT_MS) throw error;
        log.debug({ server: server.handle, wait, error: message }, 'details wait for the provider');
        await clock.sleep(wait, signal);
      }
    }
  }

  async function look(account: Account, stopping: AbortSignal): Promise<void> {
    const lease = await leases.take(`details:${account.name}`);
    if (lease === null) return;
    const failed = new AbortController();
    const signal = AbortSignal.any([stopping, lease.signal, failed.signal]);
    try {
      const before = new Date(clock.now().getTime() - greatestAgeMs);
      const asked = new Set<string>();
      for (;;) {
        const found = await providerDetails.stale(account.name, before, BATCH);
        const queue = found.filter(({ id }) => !asked.has(id));
        if (queue.length === 0 || signal.aborted) return;
        const lane = async () => {
          for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
            asked.add(next.id);
            await ask(account, next, signal);
          }
        };
        const lanes = Array.from({ length: AT_ONCE }, () =>
          lane().catch((error: unknown) => {
            failed.abort();
            throw error;
          }),
        );
        const ends = await Promise.allSettled(lanes);
        const wrong = ends.find((end) => end.status === 'rejected');
        if (wrong) throw wrong.reason;
      }
    } finally {
      await lease.release();
    }
  }

  return async (stopping) => {
    await Promise.all(
      deps.accounts.map((account) =>
        look(account, stopping).catch((error: unknown) => {
          const { code, message } = toOpsError(error);
          if (!stopping.aborted) {
            log.warn({ account: account.name, code, error: message }, 'details not complete');
          }
        }),
      ),
    );
  };
}
