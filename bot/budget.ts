import { OpsError } from '#domain/errors.ts';
import type { Clock } from '#domain/ports.ts';

/** Milliseconds between the calls in one chat; groups are allowed 20 a minute. */
const PRIVATE_PACE = 1000;
const GROUP_PACE = 3000;
const OVERALL_PER_SECOND = 30;

interface Lane {
  /** The last call that was let in; settles when it is over. */
  tail: Promise<void>;
  freeAt: number;
  waiting: number;
}

/**
 * One budget for everything the bot shows, per chat and overall: one call at a time in a chat, the
 * next at least a pace after the end of the last, so that Telegram never sees two within a second.
 */
export interface Budget {
  /**
   * Runs `call` when the chat's turn has come. Throws `rate_limited` when that would be after
   * `until` (milliseconds of the clock), and the signal's reason when aborted.
   */
  spend<T>(
    chat: string,
    call: () => Promise<T>,
    limits: { readonly until: number; readonly signal?: AbortSignal },
  ): Promise<T>;
  /** Telegram asked for silence in this chat. */
  hold(chat: string, milliseconds: number): void;
}

type Limits = Parameters<Budget['spend']>[2];

export function createBudget({ clock }: { clock: Clock }): Budget {
  const lanes = new Map<string, Lane>();
  let recent: number[] = [];
  const now = () => clock.now().getTime();

  const laneOf = (chat: string): Lane => {
    const lane = lanes.get(chat) ?? { tail: Promise.resolve(), freeAt: 0, waiting: 0 };
    lanes.set(chat, lane);
    return lane;
  };
  const forgetIdle = () => {
    if (lanes.size < 1000) return;
    for (const [chat, lane] of lanes) {
      if (lane.waiting === 0 && lane.freeAt <= now()) lanes.delete(chat);
    }
  };

  async function overall(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const at = now();
      recent = recent.filter((time) => time > at - 1000);
      const oldest = recent[0];
      if (recent.length < OVERALL_PER_SECOND || oldest === undefined) break;
      await clock.sleep(oldest + 1000 - at, signal);
    }
    recent.push(now());
  }

  async function turn<T>(
    lane: Lane,
    pace: number,
    call: () => Promise<T>,
    { until, signal }: Limits,
  ): Promise<T> {
    for (let left = lane.freeAt - now(); left > 0; left = lane.freeAt - now()) {
      if (lane.freeAt > until) {
        throw new OpsError('rate_limited', 'Telegram asks us to wait.', { retryAfterMs: left });
      }
      await clock.sleep(left, signal);
    }
    signal?.throwIfAborted();
    await overall(signal);
    try {
      return await call();
    } finally {
      lane.freeAt = Math.max(lane.freeAt, now() + pace);
    }
  }

  return {
    async spend(chat, call, limits) {
      forgetIdle();
      const lane = laneOf(chat);
      const before = lane.tail;
      lane.waiting++;
      const mine = before.then(() =>
        turn(lane, chat.startsWith('-') ? GROUP_PACE : PRIVATE_PACE, call, limits),
      );
      lane.tail = mine.then(
        () => undefined,
        () => undefined,
      );
      try {
        return await mine;
      } finally {
        lane.waiting--;
      }
    },
    hold(chat, milliseconds) {
      const lane = laneOf(chat);
      lane.freeAt = Math.max(lane.freeAt, now() + milliseconds);
    },
  };
}
