/** The provider's calls, as faults and records name them. */
export const ACTIONS = [
  'list',
  'details',
  'oses',
  'reset_password',
  'reinstall',
  'reboot',
  'task',
  'webconsole',
  'flush_firewall',
  'service',
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * - throttle: 401 `wait_x_between_action`, `value` seconds (default 24)
 * - wrong_login, ip_not_allowed: 401 with that cause; error_in_200: `value` as the cause
 * - busy: refuses to start anything
 * - http_500, http_502: an HTML page; malformed_json: a truncated body, after acting
 * - answer_lost: acts, then the socket dies; reset_before: the socket dies first; hang: no answer
 * - delay: answers after `value` milliseconds
 * - empty_list, half_list, suspended: what the provider says of servers
 * - slow_task: `value` times longer; endless_task, failed_task: acting never ends, or ends in an error
 * - password_form: `value` is one of PASSWORD_FORMS; no_password: results without one
 * - password_login_off: sshd refuses passwords after the reset or reinstall
 */
export const FAULTS = [
  'throttle',
  'wrong_login',
  'ip_not_allowed',
  'error_in_200',
  'busy',
  'http_500',
  'http_502',
  'malformed_json',
  'answer_lost',
  'reset_before',
  'hang',
  'delay',
  'empty_list',
  'half_list',
  'suspended',
  'slow_task',
  'endless_task',
  'failed_task',
  'password_form',
  'no_password',
  'password_login_off',
] as const;
export type FaultName = (typeof FAULTS)[number];

export interface FaultSpec {
  readonly name: FaultName;
  /** One server only; all when left out. */
  readonly serverId?: number;
  /** One call only; all that the fault can touch when left out. */
  readonly on?: Action;
  /** How often it strikes; until cleared when left out. */
  readonly count?: number;
  /** How many matching calls pass before it strikes. */
  readonly after?: number;
  readonly value?: string | number;
}

export interface Fault extends FaultSpec {
  readonly id: number;
  /** How often it has struck. */
  struck: number;
}

export interface Switchboard {
  set(spec: FaultSpec): Fault;
  clear(id?: number): void;
  list(): readonly Fault[];
  /** The first fault of these names that strikes this call, counted as struck. */
  strike(names: readonly FaultName[], action: Action, serverId: number | null): Fault | undefined;
}

const STARTS: readonly Action[] = ['reset_password', 'reinstall', 'reboot'];
// A throttle and a refusal to start strike where the real ones were seen, unless told otherwise.
const USUAL: Partial<Record<FaultName, readonly Action[]>> = { throttle: ['task'], busy: STARTS };

export function createSwitchboard(): Switchboard {
  const faults = new Map<number, Fault & { passed: number }>();
  let next = 1;
  return {
    set(spec) {
      const fault = { ...spec, id: next++, struck: 0, passed: 0 };
      faults.set(fault.id, fault);
      return fault;
    },
    clear(id) {
      if (id === undefined) faults.clear();
      else faults.delete(id);
    },
    list: () => [...faults.values()],
    strike(names, action, serverId) {
      for (const fault of faults.values()) {
        if (!names.includes(fault.name)) continue;
        if (fault.serverId !== undefined && fault.serverId !== serverId) continue;
        const actions = fault.on === undefined ? USUAL[fault.name] : [fault.on];
        if (actions !== undefined && !actions.includes(action)) continue;
        if (fault.count !== undefined && fault.struck >= fault.count) continue;
        if (fault.passed < (fault.after ?? 0)) {
          fault.passed += 1;
          continue;
        }
        fault.struck += 1;
        return fault;
      }
      return undefined;
    },
  };
}
