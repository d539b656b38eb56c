import type { HostCheck } from '#domain/health/reading.ts';
import type { SshTarget } from '#domain/remote.ts';
import { parseReading } from '../health/parse-reading.ts';
import { SshFailure } from './errors.ts';
import type { Way } from './hops.ts';
import type { Look } from './look.ts';

interface Times {
  /** By our clock, in milliseconds. */
  readonly sentAt: number;
  readonly latencyMs: number;
  readonly deadlineMs: number;
  readonly fresh: boolean;
}

/** What a command on an open connection says about the host. */
export function checkOf(target: SshTarget, seen: Look, times: Times): HostCheck {
  const { sentAt, latencyMs, deadlineMs, fresh } = times;
  const check = (outcome: HostCheck['outcome'], message: string): HostCheck => ({
    ...{ outcome, reading: null, fresh, latencyMs: Math.round(latencyMs), message },
  });
  switch (seen.kind) {
    case 'answer': {
      const reading = parseReading(seen.output, { sentAt, receivedAt: sentAt + latencyMs });
      if (reading !== null) return { ...check('answered', 'answered'), reading };
      return check('garbled', `${target.handle} answered the check with ${head(seen.output)}`);
    }
    case 'nonsense':
      return check('garbled', `${target.handle} answered the check with ${head(seen.output)}`);
    case 'no_channel':
      return check('garbled', `${target.handle} runs no command: ${seen.message}`);
    case 'ended':
      return check('unreachable', `${target.handle} closed the connection during the check`);
    case 'timeout':
      return check('timeout', `${target.handle}: no answer in ${Math.round(deadlineMs)} ms`);
  }
}

/** A login that failed before its deadline; rethrows what is no host's doing. */
export function missed(error: unknown, latencyMs: number): HostCheck {
  if (!(error instanceof SshFailure)) throw error;
  const outcome = error.byHop ? 'no_path' : error.outcome;
  return { outcome, reading: null, fresh: true, latencyMs, message: error.message };
}

/** A login whose deadline passed: whose silence it was depends on how far it got. */
export function noAnswer(
  target: SshTarget,
  way: Way,
  deadlineMs: number,
  latencyMs: number,
): HostCheck {
  const deaf = way.stage === 'hop' || (way.stage === 'forward' && !way.hopHeard);
  const who =
    deaf && target.jump !== null
      ? `Jump host ${target.jump.handle}`
      : `${target.handle} (${target.host}, port ${target.port})`;
  const message = `${who}: no answer in ${Math.round(deadlineMs)} ms`;
  return { outcome: deaf ? 'no_path' : 'timeout', reading: null, fresh: true, latencyMs, message };
}

/** The beginning of what a host said, fit for a person to read. */
function head(output: string): string {
  const plain = output.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return plain === '' ? 'nothing' : `"${plain.slice(0, 120)}"`;
}
