import type { Update } from 'telegraf/types';
import type { Clock, Logger } from '#domain/ports.ts';
import type { ChatUpdates, PendingUpdate } from './chat-updates.ts';

const BATCH = 500;
const ATTEMPTS = 5;
const PRUNE_EVERY = 3_600_000;
const KEEP = 7 * 24 * 3_600_000;

export interface Processor {
  /** There may be something new. */
  wake(): void;
  /** Works until aborted, then lets the handlers under way finish (at most `drainMs`). */
  run(signal: AbortSignal, drainMs?: number): Promise<void>;
}

/**
 * Feeds stored updates to `handle`: in order within a chat, side by side across chats. A handler
 * that throws is tried again; after five times the update is given up, with its error kept.
 */
export function createProcessor({
  updates,
  handle,
  givenUp,
  clock,
  log,
  sweepMs = 5000,
}: {
  updates: ChatUpdates;
  handle(update: Update): Promise<void>;
  /** The last chance to tell the person. */
  givenUp(update: Update): Promise<void>;
  clock: Clock;
  log: Logger;
  /** What is stored is seen after this long when nobody wakes the processor. */
  sweepMs?: number;
}): Processor {
  const lanes = new Map<string, Promise<void>>();
  const known = new Set<number>();
  /** Acted upon, though the database could not yet be told. */
  const handled = new Set<number>();
  let bell = new AbortController();

  async function work(pending: PendingUpdate, signal: AbortSignal): Promise<void> {
    const { updateId, payload } = pending;
    for (let attempt = pending.attempts + 1; !signal.aborted; attempt++) {
      const failure = handled.has(updateId) ? null : await failureOfHandling(payload);
      if (failure === null) {
        handled.add(updateId);
        await updates.done(updateId, null);
        handled.delete(updateId);
        return;
      }
      log.error({ update: updateId, attempt, error: failure }, 'an update could not be handled');
      if (attempt >= ATTEMPTS) {
        await givenUp(payload).catch(() => undefined);
        await updates.done(updateId, failure);
        return;
      }
      await updates.failed(updateId, failure);
      await clock.sleep(Math.min(30_000, 500 * 2 ** attempt), signal);
    }
  }

  const failureOfHandling = (payload: Update): Promise<string | null> =>
    handle(payload).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  function enqueue(pending: PendingUpdate, signal: AbortSignal): void {
    known.add(pending.updateId);
    const before = lanes.get(pending.lane) ?? Promise.resolve();
    const mine = before
      .then(() => (signal.aborted ? undefined : work(pending, signal)))
      .catch((error: unknown) => {
        // The row stays pending: the next sweep brings it back.
        if (!signal.aborted)
          log.warn({ update: pending.updateId, error: String(error) }, 'put off');
      })
      .finally(() => {
        known.delete(pending.updateId);
        if (lanes.get(pending.lane) === mine) lanes.delete(pending.lane);
      });
    lanes.set(pending.lane, mine);
  }

  async function sweep(signal: AbortSignal): Promise<void> {
    for (const pending of await updates.pending(BATCH)) {
      if (!known.has(pending.updateId)) enqueue(pending, signal);
    }
  }

  return {
    wake: () => bell.abort(),
    async run(signal, drainMs = 10_000) {
      let prunedAt = 0;
      while (!signal.aborted) {
        bell = new AbortController();
        const woken = AbortSignal.any([signal, bell.signal]);
        try {
          await sweep(signal);
          const now = clock.now().getTime();
          if (now - prunedAt > PRUNE_EVERY) {
            await updates.prune(new Date(now - KEEP));
            prunedAt = now;
          }
        } catch (error) {
          log.warn({ error: String(error) }, 'stored updates could not be read');
        }
        await clock.sleep(sweepMs, woken).catch(() => undefined);
      }
      const drained = Promise.allSettled([...lanes.values()]);
      const late = new AbortController();
      await Promise.race([drained, clock.sleep(drainMs, late.signal).catch(() => undefined)]);
      late.abort();
    },
  };
}
