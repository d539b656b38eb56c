/** A rung that interrupts: one that runs, or stands in the queue. */
export interface Contender {
  readonly operationId: string;
  readonly account: string;
  readonly inUse: boolean;
  /** The group's; heavier goes first. */
  readonly weight: number;
  /** When the trouble began; older goes first. */
  readonly since: Date;
}

export interface Room {
  /** Rungs that run at once, in the fleet and per provider account. */
  readonly fleet: number;
  readonly account: number;
}

/** One canary after a re-arm until a rung has helped, then two until two more have, then the caps. */
export const rampLimit = (helpedSinceRearm: number, cap: number): number =>
  Math.min(cap, helpedSinceRearm === 0 ? 1 : helpedSinceRearm < 3 ? 2 : cap);

const byPriority = (a: Contender, b: Contender): number =>
  Number(b.inUse) - Number(a.inUse) ||
  b.weight - a.weight ||
  a.since.getTime() - b.since.getTime() ||
  (a.operationId < b.operationId ? -1 : 1);

/**
 * Why `me` has to wait, or null when it is its turn. Places go to those that wait by priority; one
 * whose account has no place lets the next pass, so that one account holds up no other.
 */
export function whyWait(
  me: Contender,
  running: readonly Contender[],
  waiting: readonly Contender[],
  room: Room,
): string | null {
  const taken = new Map<string, number>();
  const take = ({ account }: Contender) => taken.set(account, (taken.get(account) ?? 0) + 1);
  for (const one of running) take(one);
  let free = room.fleet - running.length;
  const queue = [me, ...waiting.filter((one) => one.operationId !== me.operationId)];
  for (const one of queue.sort(byPriority)) {
    if (free <= 0) return `${running.length} of ${room.fleet} recoveries run`;
    const full = (taken.get(one.account) ?? 0) >= room.account;
    if (one === me) return full ? `the account ${me.account} has a recovery under way` : null;
    if (full) continue;
    take(one);
    free--;
  }
  return null;
}
