import type { World } from './world.ts';

/** A call by which the provider was made to interrupt a server. */
export interface ActingCall {
  readonly account: string;
  readonly serverId: number;
  readonly action: 'reboot' | 'reset_password' | 'reinstall';
  /** Milliseconds since 1970: from the call to the end of what it did. */
  readonly from: number;
  readonly until: number;
  readonly outcome: string;
}

const ACTING = ['reboot', 'reset_password', 'reinstall'] as const;
const isActing = (action: string): action is ActingCall['action'] =>
  (ACTING as readonly string[]).includes(action);

/** What the providers were asked to do and began, by their own records; refusals are not counted. */
export function actingCalls({ accounts }: World): readonly ActingCall[] {
  return accounts.flatMap(({ name, sim }) => {
    const records = sim.records();
    return records.flatMap(({ action, method, serverId, taskId, at, outcome }) => {
      if (method === 'TASK' || taskId === undefined || serverId === null) return [];
      if (!isActing(action) || method === 'GET') return [];
      const end = records.find((one) => one.method === 'TASK' && one.taskId === taskId);
      const from = Date.parse(at);
      return [
        { account: name, serverId, action, from, outcome, until: end ? Date.parse(end.at) : from },
      ];
    });
  });
}

/** The greatest number of these that went on at one moment. */
export function mostAtOnce(calls: readonly { readonly from: number; readonly until: number }[]) {
  const edges = calls
    .flatMap(({ from, until }) => [
      { at: from, by: 1 },
      { at: Math.max(until, from + 1), by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of edges) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

export function groupBy<T>(
  list: readonly T[],
  keyOf: (one: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Commands over SSH that change something on a host: all but looking, and saving evidence. */
export const changingCommands = ({ fleet }: World) =>
  fleet.records
    .list()
    .filter(({ what, text }) => what === 'command' && /restart|rm |stop|kill|reboot/.test(text))
    .filter(({ text }) => !text.includes('@@zavhoz:'));
