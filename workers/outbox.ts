import { toOpsError } from '#domain/errors.ts';
import { isAlarm } from '#domain/following.ts';
import { type Channel, MANY_FAILURES, type OutboxMessage } from '#domain/notification.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { OutboxRepository } from '#domain/repositories.ts';
import { turnOf } from './outbox-pace.ts';

/** What became of one message; `later` may name the wait that the other side asked for. */
export type DeliveryResult =
  | { readonly status: 'sent' }
  | { readonly status: 'later'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly status: 'refused' | 'gone'; readonly reason: string };

export interface OutboxDeps {
  readonly outbox: OutboxRepository;
  /** Sends one message to its receiver, or several as one; in their words, within their budget. */
  tell(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<DeliveryResult>;
  /** Default: telegram. */
  readonly channel?: Channel;
  /** Messages per receiver and hour; beyond it they are combined, critical ones excepted. */
  readonly perHour?: number;
  /** Whether there is another way for alarms that do not get through. */
  readonly secondChannel?: boolean;
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
/** An alarm waits half of it on average; a look that finds nothing writes nothing. */
const LOOK_MS = 250;
/** Doubled with every failure to read, up to half a minute. */
const FAILED_MS = 1000;
/** A text that is not taken will hardly be taken the sixth time. */
const REFUSALS = 5;
const GREATEST_AGE_MS = 24 * 3_600_000;
const GREATEST_WAIT_MS = 600_000;
const HOUR_MS = 3_600_000;
/** Messages that go out as one at most. */
const TOGETHER = 200;

/**
 * Delivers notifications at least once: in order per receiver, side by side across receivers. One
 * that fails waits and comes again for a day; a receiver who cannot be reached is recorded and let
 * go. What does not get through goes out by the second channel as well.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { outbox, clock, log } = deps;
  /** Sent, though the database could not be told: not sent again by this process. */
  const unrecorded = new Set<string>();

  async function send(
    messages: readonly OutboxMessage[],
    signal: AbortSignal,
  ): Promise<DeliveryResult> {
    const unsent = messages.filter(({ id }) => !unrecorded.has(id));
    if (unsent.length === 0) return { status: 'sent' };
    try {
      return await deps.tell(unsent, signal);
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

  /** The message with all that go out with it; none when its hour is used up. */
  async function turn(message: OutboxMessage): Promise<readonly OutboxMessage[]> {
    const { perHour } = deps;
    if (perHour === undefined || message.notification.severity === 'critical') return [message];
    const now = clock.now();
    const sent = await outbox.sentSince(message.receiver, new Date(now.getTime() - HOUR_MS));
    const how = turnOf(sent, perHour, now);
    if (how instanceof Date) {
      await outbox.hold(message.id, how);
      return [];
    }
    if (how === 'alone' && !message.held) return [message];
    return outbox.batch(message.id, TOGETHER, CLAIM_SECONDS);
  }

  async function recordSent(messages: readonly OutboxMessage[]): Promise<void> {
    const [first, ...others] = messages.map(({ id }) => id);
    for (const { id } of messages) unrecorded.add(id);
    if (others.length > 0) await outbox.combined(others);
    if (first !== undefined) await outbox.sent(first);
    for (const { id } of messages) unrecorded.delete(id);
  }

  /** True when the message was given up: the next one may go. */
  async function recordFailed(
    message: OutboxMessage,
    result: Exclude<DeliveryResult, { status: 'sent' }>,
  ): Promise<boolean> {
    const { id, notification, receiver, attempts } = message;
    const next = nextTry(message, result);
    const fields = { message: id, receiver: `${receiver.chatId}/${receiver.threadId}`, next };
    log.warn({ ...fields, reason: result.reason }, 'a notification was not delivered');
    await outbox.failed(id, result.reason, next);
    if (deps.secondChannel && isAlarm(notification.severity)) {
      const lost = next === null && (await outbox.isHopeless(notification.dedupeKey));
      if (lost || attempts >= MANY_FAILURES) await outbox.duplicate(id);
    }
    return next === null;
  }

  /** One receiver's messages in order; nothing overtakes one that has to wait. */
  async function deliverTo(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    for (const message of messages) {
      // What is not sent keeps its claim, which runs out by itself.
      if (signal.aborted) return;
      const going = await turn(message);
      if (going.length === 0) return;
      const result = await send(going, signal);
      if (result.status === 'sent') {
        await recordSent(going);
        continue;
      }
      let givenUp = true;
      for (const one of going) givenUp = (await recordFailed(one, result)) && givenUp;
      if (!givenUp) return;
    }
  }

  /** Claims what is due and starts its delivery: one promise per receiver. */
  async function begin(signal: AbortSignal): Promise<readonly Promise<number>[]> {
    const readers = new Map<string, OutboxMessage[]>();
    for (const message of await outbox.claim(BATCH, CLAIM_SECONDS, deps.channel)) {
      const { chatId, threadId } = message.receiver;
      const reader = `${chatId}/${threadId}`;
      readers.set(reader, [...(readers.get(reader) ?? []), message]);
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
    const pause = clock.sleep(LOOK_MS, AbortSignal.any([signal, enough.signal]));
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
          const wait = Math.min(30_000, FAILED_MS * 2 ** failures);
          await clock.sleep(wait, signal).catch(() => undefined);
        }
      }
      await Promise.allSettled(active);
    },
  };
}
