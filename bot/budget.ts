import { OpsError } from '#domain/errors.ts';
import type { Clock } from '#domain/ports.ts';
import { createWindow, type Window } from './budget-window.ts';

/**
 * Whose turn comes first in a chat, and how much of the chat's minute each may use up. answer: to a
 * tap or a command. alert: what nobody asked for. cosmetic: edits of cards, "typing": shed first.
 */
export const URGENCIES = ['answer', 'alert', 'cosmetic'] as const;
export type Urgency = (typeof URGENCIES)[number];
type Shares = Readonly<Record<Urgency, number>>;

/** Milliseconds between the calls in one chat. */
const PACE = 1000;
/** So long a call of no patience may stand in the crowd of all chats. */
const GRACE = 100;
/** Telegram allows a group 20 a minute: a burst of alerts finds room that edits have left. */
const GROUP_SHARES: Shares = { answer: 20, alert: 18, cosmetic: 10 };
const OVERALL_SHARES: Shares = { answer: 30, alert: 28, cosmetic: 20 };

export interface Turn {
  readonly urgency: Urgency;
  /** Milliseconds of the clock after which the call is of no use any more. */
  readonly until: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting extends Turn {
  /** Makes the call; milliseconds of silence when Telegram asked for it and nothing was said. */
  run(): Promise<number | null>;
  shed(error: unknown): void;
}

interface Lane {
  readonly waiting: Waiting[];
  readonly minute: Window | null;
  bell: AbortController;
  working: boolean;
  busy: boolean;
  freeAt: number;
}

/**
 * One budget for everything the bot shows, per chat and overall: one call at a time in a chat, the
 * next at least a pace after the end of the last, so that Telegram never sees two within a second.
 */
export interface Budget {
  /**
   * Runs `call` when the chat's turn has come, and again after a silence that `silenceAsked` reads
   * from its error. Throws `rate_limited` when its turn would come after `until`, and the signal's
   * reason when aborted.
   */
  spend<T>(chat: string, call: () => Promise<T>, turn: Turn): Promise<T>;
}

export function createBudget({
  clock,
  silenceAsked,
}: {
  clock: Clock;
  /** Milliseconds for which Telegram wants silence in the chat; null: another error. */
  silenceAsked(error: unknown): number | null;
}): Budget {
  const lanes = new Map<string, Lane>();
  const overall = createWindow(1000, clock);
  const now = () => clock.now().getTime();

  const laneOf = (chat: string): Lane => {
    const lane = lanes.get(chat) ?? {
      waiting: [],
      minute: chat.startsWith('-') ? createWindow(60_000, clock) : null,
      bell: new AbortController(),
      working: false,
      busy: false,
      freeAt: 0,
    };
    lanes.set(chat, lane);
    return lane;
  };
  const forgetIdle = () => {
    if (lanes.size < 1000) return;
    for (const [chat, lane] of lanes) {
      const freeAt = Math.max(lane.freeAt, lane.minute?.freeAt(1) ?? 0);
      if (!lane.working && freeAt <= now()) lanes.delete(chat);
    }
  };
  /** When the chat itself takes a call of this urgency; the crowd of all chats may still delay it. */
  const turnOf = (lane: Lane, { urgency }: Turn): number =>
    Math.max(lane.freeAt, lane.minute?.freeAt(GROUP_SHARES[urgency]) ?? 0);

  function drop(lane: Lane, one: Waiting, error: unknown): void {
    const at = lane.waiting.indexOf(one);
    if (at < 0) return;
    lane.waiting.splice(at, 1);
    one.shed(error);
  }

  function shedLate(lane: Lane): void {
    for (const one of [...lane.waiting]) {
      const at = Math.max(turnOf(lane, one), lane.busy ? now() + 1 : 0);
      if (at <= one.until && now() <= one.until + GRACE) continue;
      const retryAfterMs = Math.max(PACE, at - now());
      drop(lane, one, new OpsError('rate_limited', 'Telegram asks us to wait.', { retryAfterMs }));
    }
  }

  async function work(lane: Lane): Promise<void> {
    lane.working = true;
    for (;;) {
      shedLate(lane);
      const next = first(lane.waiting);
      if (!next) break;
      const at = Math.max(turnOf(lane, next), overall.freeAt(OVERALL_SHARES[next.urgency]));
      if (at > now()) {
        // Somebody more urgent may come meanwhile, and be allowed earlier.
        lane.bell = new AbortController();
        await clock.sleep(at - now(), lane.bell.signal).catch(() => undefined);
        continue;
      }
      lane.waiting.splice(lane.waiting.indexOf(next), 1);
      await make(lane, next);
    }
    lane.working = false;
  }

  async function make(lane: Lane, next: Waiting): Promise<void> {
    const [crowd, minute] = [overall.begin(), lane.minute?.begin()];
    lane.busy = true;
    const silence = await next.run();
    lane.busy = false;
    crowd.end();
    minute?.end();
    lane.freeAt = Math.max(lane.freeAt, now() + Math.max(PACE, silence ?? 0));
    // It keeps its place: what is said to one chat in order arrives in order.
    if (silence !== null) lane.waiting.unshift(next);
  }

  return {
    spend<T>(chat: string, call: () => Promise<T>, turn: Turn): Promise<T> {
      forgetIdle();
      const lane = laneOf(chat);
      return new Promise<T>((resolve, reject) => {
        const onAbort = () => drop(lane, mine, turn.signal?.reason);
        const end = () => turn.signal?.removeEventListener('abort', onAbort);
        const mine: Waiting = {
          ...turn,
          async run() {
            try {
              resolve(await call());
            } catch (error) {
              const silence = turn.signal?.aborted ? null : silenceAsked(error);
              if (silence !== null) return silence;
              reject(error);
            }
            end();
            return null;
          },
          shed(error) {
            end();
            reject(error);
          },
        };
        if (turn.signal?.aborted) return reject(turn.signal.reason);
        turn.signal?.addEventListener('abort', onAbort, { once: true });
        lane.waiting.push(mine);
        shedLate(lane);
        if (lane.working) lane.bell.abort();
        else void work(lane);
      });
    },
  };
}

/** The most urgent one; of several the one that came first. */
function first(waiting: readonly Waiting[]): Waiting | undefined {
  return URGENCIES.flatMap((urgency) => waiting.filter((one) => one.urgency === urgency))[0];
}
