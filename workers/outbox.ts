import { toOpsError } from '#domain/errors.ts';
import type { OutboxMessage } from '#domain/notification.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { OutboxRepository } from '#domain/repositories.ts';

/** What became of one message; `later` may name the wait that the other side asked for. */
export type DeliveryResult =
  | { readonly status: 'sent' }
  | { readonly status: 'later'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly status: 'refused' | 'gone'; readonly reason: string };

export interface OutboxDeps<Message> {
  readonly outbox: Pick<OutboxRepository, 'claim' | 'sent' | 'failed'>;
  /** The text in its reader's language. */
  render(message: OutboxMessage): Promise<Message>;
  /** Sends it, within the budget of the reader's chat. */
  deliver(receiver: bigint, message: Message, signal: AbortSignal): Promise<DeliveryResult>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Outbox {
  /** Delivers what is due once; returns how many were claimed. Throws when the database is away. */
  flush(signal: AbortSignal): Promise<number>;
  /** Delivers until aborted; survives the database's absence. */
  run(signal: AbortSignal): Promise<void>;
}

const BATCH = 30;
/** Longer than a delivery takes with all its waits; after a crash the message is stuck that long. */
const CLAIM_SECONDS = 90;
const IDLE_MS = 1000;
/** A text that is not taken will hardly be taken the sixth time. */
const REFUSALS = 5;
const GREATEST_AGE_MS = 24 * 3_600_000;
const GREATEST_WAIT_MS = 600_000;

/**
 * Delivers notifications at least once: in order per reader, side by side across readers. One that
 * fails waits and comes again for a day; a reader who cannot be reached is recorded and let go.
 */
export function createOutbox<Message>(deps: OutboxDeps<Message>): Outbox {
  const { outbox, clock, log } = deps;
  /** Sent, though the database could not be told: not sent again by this process. */
  const unrecorded = new Set<string>();

  async function send(message: OutboxMessage, signal: AbortSignal): Promise<DeliveryResult> {
    if (unrecorded.has(message.id)) return { status: 'sent' };
    try {
      return await deps.deliver(message.receiver, await deps.render(message), signal);
    } catch (error) {
      return { status: 'refused', reason: toOpsError(error).message };
    }
  }

  /** When to try again; null: given up. */
  function nextTry(message: OutboxMessage, result: DeliveryResult): Date | null {
    const now = clock.now().getTime();
    const { attempts } = message;
    if (result.status === 'gone') return null;
    if (result.status === 'refused' && attempts >= REFUSALS) return null;
    if (now - message.createdAt.getTime() > GREATEST_AGE_MS) return null;
    const asked = result.status === 'later' ? result.retryAfterMs : null;
    return new Date(
      now + (asked ?? Math.min(GREATEST_WAIT_MS, 1000 * 2 ** Math.min(attempts, 10))),
    );
  }

  /** One reader's messages in order; nothing overtakes one that has to wait. */
  async function deliverTo(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    for (const message of messages) {
      // What is not sent keeps its claim, which runs out by itself.
      if (signal.aborted) return;
      const result = await send(message, signal);
      if (result.status === 'sent') {
        unrecorded.add(message.id);
        await outbox.sent(message.id);
        unrecorded.delete(message.id);
        continue;
      }
      const next = nextTry(message, result);
      const fields = { message: message.id, receiver: String(message.receiver), next };
      log.warn({ ...fields, reason: result.reason }, 'a notification was not delivered');
      await outbox.failed(message.id, result.reason, next);
      if (next) return;
    }
  }

  /** Claims what is due and starts its delivery: one promise per reader. */
  async function begin(signal: AbortSignal): Promise<readonly Promise<number>[]> {
    const readers = new Map<bigint, OutboxMessage[]>();
    for (const message of await outbox.claim(BATCH, CLAIM_SECONDS)) {
      readers.set(message.receiver, [...(readers.get(message.receiver) ?? []), message]);
    }
    return [...readers.values()].map(async (messages) => {
      await deliverTo(messages, signal);
      return messages.length;
    });
  }

  async function round(active: Set<Promise<unknown>>, signal: AbortSignal): Promise<void> {
    for (const delivery of await begin(signal)) {
      const watched = delivery
        .catch((error: unknown) => {
          log.error({ error: toOpsError(error).message }, 'a delivery could not be recorded');
        })
        .finally(() => active.delete(watched));
      active.add(watched);
    }
    // A slow reader keeps nobody waiting: whoever is through gets the next message.
    const enough = new AbortController();
    const pause = clock.sleep(IDLE_MS, AbortSignal.any([signal, enough.signal]));
    await Promise.race([pause.catch(() => undefined), ...active]);
    enough.abort();
  }

  return {
    async flush(signal) {
      const outcomes = await Promise.allSettled(await begin(signal));
      let delivered = 0;
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason;
        delivered += outcome.value;
      }
      return delivered;
    },
    async run(signal) {
      const active = new Set<Promise<unknown>>();
      for (let failures = 0; !signal.aborted; ) {
        try {
          await round(active, signal);
          failures = 0;
        } catch (error) {
          failures++;
          log.error({ error: toOpsError(error).message }, 'the outbox could not be read');
          const wait = Math.min(30_000, IDLE_MS * 2 ** failures);
          await clock.sleep(wait, signal).catch(() => undefined);
        }
      }
      await Promise.allSettled(active);
    },
  };
}
