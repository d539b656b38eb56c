import type { OutsideProbe, ServiceAnswer } from '#domain/health/probes.ts';
import type { ServiceCheck } from '#domain/health/target.ts';
import type { Clock, Logger, Programs } from '#domain/ports.ts';
import type { TcpProbe } from '#domain/remote.ts';
import { abortError, startDeadline } from '../abort.ts';
import { createPrograms } from '../programs.ts';
import { createTcpProbe } from '../tcp-probe.ts';
import { askHttp } from './ask-http.ts';
import { askTls } from './ask-tls.ts';
import { createSignsOfLife } from './signs-of-life.ts';
import type { Verdict } from './verdict.ts';

export interface OutsideProbeDeps {
  readonly log: Logger;
  /** For the ends of certificates. */
  readonly clock: Pick<Clock, 'now'>;
  readonly programs?: Programs;
  readonly tcp?: TcpProbe;
}

/** Looks the way a stranger does. Rejects only for the signal or an address that is none. */
export function createOutsideProbe(deps: OutsideProbeDeps): OutsideProbe {
  const { log, clock, tcp = createTcpProbe(), programs = createPrograms({ log }) } = deps;
  const signsOfLife = createSignsOfLife({ tcp, programs });

  async function ask(
    address: string,
    check: ServiceCheck,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<Verdict> {
    switch (check.kind) {
      case 'http':
        return askHttp(check, signal);
      case 'tls':
        return askTls(address, check, clock.now(), signal);
      case 'tcp': {
        const answer = await tcp.probe(address, check.port, { timeoutMs: deadlineMs, signal });
        if (answer === 'open') return { state: 'ok', reason: 'takes connections' };
        const reason = answer === 'refused' ? 'refuses connections' : 'no answer';
        return { state: 'failed', reason };
      }
    }
  }

  return {
    ping: signsOfLife,
    async service(address, check, { deadlineMs, signal }): Promise<ServiceAnswer> {
      const what = `Check of ${check.kind} at ${address}`;
      if (signal.aborted) throw abortError(signal, what);
      const deadline = startDeadline(deadlineMs, signal);
      const started = performance.now();
      try {
        const { expiresAt = null, ...verdict } = await ask(
          address,
          check,
          deadlineMs,
          deadline.signal,
        ).catch((error: unknown): Verdict => {
          if (signal.aborted) throw abortError(signal, what);
          if (deadline.expired) return { state: 'failed', reason: `no answer in ${deadlineMs} ms` };
          throw error;
        });
        const latencyMs = Math.round(performance.now() - started);
        return { ...verdict, expiresAt, latencyMs };
      } finally {
        deadline.clear();
      }
    },
  };
}
