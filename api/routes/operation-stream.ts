import { toOpsError } from '#domain/errors.ts';
import { isTerminal, type OperationEvent } from '#domain/operation.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import type { StreamLimits } from '../deps.ts';
import { eventToWire, operationToWire } from '../wire/operation.ts';

interface StreamInput {
  readonly operations: OperationRepository;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: StreamLimits;
  readonly id: string;
  readonly after: number;
  readonly signal: AbortSignal;
}

const BATCH = 200;
/** Empty looks after which the operation's row is asked, should its last event be missing. */
const LOOK_AT_ROW_EVERY = 10;

/**
 * The text of one event stream. Rows are the only source, so a stream continues on any process and
 * after any crash. While the database does not answer the stream stays open and waits.
 */
export async function* operationStream(input: StreamInput): AsyncGenerator<string, void> {
  const { operations, clock, log, limits, id, signal } = input;
  const start = clock.now().getTime();
  let seen = input.after;
  let lastWrite = start;
  let empty = LOOK_AT_ROW_EVERY;
  let ended = false;

  yield 'retry: 2000\n: following\n\n';
  while (!signal.aborted) {
    try {
      // The row is read before the events: what ended by then has all its events stored.
      if (empty >= LOOK_AT_ROW_EVERY) {
        ended = isTerminal((await operations.require(id)).status);
        empty = 0;
      }
      const events = await operations.events(id, seen, BATCH);
      for (const event of events) {
        seen = event.seq;
        ended ||= event.status !== null && event.type === 'status' && isTerminal(event.status);
        yield eventText(id, event);
      }
      if (events.length > 0) lastWrite = clock.now().getTime();
      empty = events.length > 0 ? 0 : empty + 1;
      if (ended && events.length === 0) {
        const operation = operationToWire(await operations.require(id));
        yield `event: end\ndata: ${JSON.stringify(operation)}\n\n`;
        return;
      }
      if (events.length === BATCH || ended) continue;
    } catch (error) {
      log.warn({ operation: id, error: toOpsError(error).message }, 'a stream waits for its rows');
    }
    const now = clock.now().getTime();
    if (now - start >= limits.maxAgeMs) return;
    if (now - lastWrite >= limits.heartbeatMs) {
      lastWrite = now;
      yield ': heartbeat\n\n';
    }
    await clock.sleep(limits.pollMs, signal).catch(() => undefined);
  }
}

function eventText(operationId: string, event: OperationEvent): string {
  const data = JSON.stringify(eventToWire(operationId, event));
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${data}\n\n`;
}
