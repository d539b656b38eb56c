import { monitorEventLoopDelay } from 'node:perf_hooks';
import { OpsError } from '#domain/errors.ts';
import type { Clock, Metrics } from '#domain/ports.ts';

/** A worker whose event loop is later than this renews leases late: it begins no new step. */
const MOST_LAG_MS = 1000;
const LOOK_MS = 1000;

/** Why a worker that stops begins nothing more; the operation goes on elsewhere. */
const drained = () => new OpsError('lease_lost', 'The worker is stopping; another one goes on.');

/** Decides whether the next step may begin on this worker now. */
export function createGate({ metrics, clock }: { metrics: Metrics; clock: Clock }) {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const draining = new AbortController();
  const cutting = new AbortController();
  let lag = 0;
  const timer = setInterval(() => {
    lag = delay.max / 1e6;
    delay.reset();
    metrics.gauge('zavhoz_event_loop_lag_seconds', lag / 1000, { role: 'worker' });
  }, LOOK_MS);
  timer.unref();
  return {
    async pass(): Promise<void> {
      while (!draining.signal.aborted && lag > MOST_LAG_MS) await clock.sleep(LOOK_MS);
      if (draining.signal.aborted) throw drained();
    },
    /** Aborted when steps that still run are to be cut short. */
    stopping: cutting.signal,
    drain: () => draining.abort(),
    cut: () => cutting.abort(drained()),
    close(): void {
      clearInterval(timer);
      delay.disable();
    },
  };
}
