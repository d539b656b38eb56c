import { setMaxListeners } from 'node:events';
import { OpsError } from '#domain/errors.ts';
import type { HostProbe } from '#domain/health/probes.ts';
import type { HostCheck } from '#domain/health/reading.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { SshTarget } from '#domain/remote.ts';
import { abortError, startDeadline } from '../abort.ts';
import type { Connection } from './connect.ts';
import { createHandshakes } from './handshakes.ts';
import { createHops, type Way } from './hops.ts';
import { createKept } from './kept.ts';
import { look } from './look.ts';
import { checkOf, missed, noAnswer } from './outcome.ts';

export interface ProbeLimits {
  /** Connections that are kept at most. */
  readonly kept: number;
  readonly handshakesPerSecond: number;
}

export const DEFAULT_PROBE_LIMITS: ProbeLimits = { kept: 6000, handshakesPerSecond: 20 };

export interface HostProbeDeps {
  readonly log: Logger;
  /** For the offset of the hosts' clocks; deadlines are of the network, hence of real time. */
  readonly clock: Pick<Clock, 'now'>;
  readonly limits?: Partial<ProbeLimits>;
}

interface Bounds {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Checks over kept SSH connections. A kept connection that fails proves nothing: it is dropped and
 * a login tells, within the same deadline. The time a login waits for its turn is not the host's:
 * its deadline begins after it. A fresh login that fails takes the kept connection with it, so that
 * the next checks have to log in too. Lost connections are opened again by their host's next check:
 * slots and turns spread them. Rejects only for the signal, or once closed (`cancelled`).
 */
export function createHostProbe({ log, clock, limits = {} }: HostProbeDeps): HostProbe {
  const { kept: limit, handshakesPerSecond } = { ...DEFAULT_PROBE_LIMITS, ...limits };
  const handshakes = createHandshakes(handshakesPerSecond);
  const kept = createKept(limit);
  const hops = createHops(handshakes);
  /** Logins under way, to be ended with the probe. */
  const logins = new Set<AbortController>();
  let closed = false;

  /** Null where a login has to tell. */
  async function overKept(target: SshTarget, bounds: Bounds): Promise<HostCheck | null> {
    const connection = kept.find(target.handle, target);
    if (connection === null) return null;
    const { deadlineMs, signal } = bounds;
    const started = performance.now();
    const sentAt = clock.now().getTime();
    const seen = await look(connection, { openMs: deadlineMs / 2, answerMs: deadlineMs, signal });
    const latencyMs = performance.now() - started;
    const check = checkOf(target, seen, { sentAt, latencyMs, deadlineMs, fresh: false });
    if (check.outcome === 'answered') return check;
    kept.drop(target.handle, connection);
    log.debug({ server_handle: target.handle, ended: seen.kind }, 'kept connection dropped');
    return latencyMs > deadlineMs * 0.75 ? check : null;
  }

  async function overLogin(target: SshTarget, bounds: Bounds, fresh: boolean): Promise<HostCheck> {
    const { deadlineMs, signal } = bounds;
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    logins.add(controller);
    try {
      await handshakes.turn(1, deadlineMs, controller.signal);
      return await afterTurn(target, { deadlineMs, signal: controller.signal }, fresh);
    } finally {
      logins.delete(controller);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async function afterTurn(target: SshTarget, bounds: Bounds, fresh: boolean): Promise<HostCheck> {
    const { deadlineMs } = bounds;
    const started = performance.now();
    const deadline = startDeadline(deadlineMs, bounds.signal);
    const { signal } = deadline;
    const way: Way = { stage: 'login', hopHeard: false };
    let connection: Connection | undefined;
    let keep = false;
    try {
      connection = await hops.login(target, signal, way);
      const loggedInAt = performance.now();
      const sentAt = clock.now().getTime();
      const answerMs = deadlineMs - (loggedInAt - started);
      const seen = await look(connection, { openMs: answerMs, answerMs, signal });
      const latencyMs = performance.now() - loggedInAt;
      const check = checkOf(target, seen, { sentAt, latencyMs, deadlineMs, fresh: true });
      keep = check.outcome === 'answered' && !fresh && !closed;
      return { ...check, latencyMs: Math.round(performance.now() - started) };
    } catch (error) {
      const latencyMs = Math.round(performance.now() - started);
      if (!deadline.expired) return missed(error, latencyMs);
      const check = noAnswer(target, way, deadlineMs, latencyMs);
      if (check.outcome === 'no_path' && target.jump) hops.drop(target.jump);
      return check;
    } finally {
      deadline.clear();
      if (keep && connection) kept.keep(target.handle, target, connection);
      else connection?.close();
    }
  }

  async function check(
    target: SshTarget,
    { deadlineMs, signal, fresh }: Bounds & { readonly fresh: boolean },
  ): Promise<HostCheck> {
    const started = performance.now();
    const first = fresh ? null : await overKept(target, { deadlineMs, signal });
    if (first !== null) return first;
    if (closed) throw new OpsError('cancelled', 'The probe was closed.');
    const left = deadlineMs - (performance.now() - started);
    const seen = await overLogin(target, { deadlineMs: left, signal }, fresh);
    if (seen.outcome === 'answered') return seen;
    if (fresh && seen.outcome !== 'no_path') kept.drop(target.handle);
    const { outcome, message } = seen;
    log.debug({ server_handle: target.handle, outcome, message }, 'check failed');
    return seen;
  }

  return {
    async check(target, options) {
      const what = `Check of ${target.handle}`;
      if (closed) throw new OpsError('cancelled', `${what}: the probe was closed.`);
      if (options.signal.aborted) throw abortError(options.signal, what);
      // One signal may end the checks of a whole fleet: no leak.
      setMaxListeners(0, options.signal);
      try {
        return await check(target, options);
      } catch (error) {
        throw options.signal.aborted ? abortError(options.signal, what) : error;
      }
    },
    drop: (handle) => kept.drop(handle),
    get kept() {
      return kept.size;
    },
    async close() {
      closed = true;
      const reason = new OpsError('cancelled', 'The probe was closed.');
      for (const login of logins) login.abort(reason);
      kept.clear();
      hops.close();
    },
  };
}
