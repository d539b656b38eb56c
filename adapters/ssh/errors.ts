import { OpsError } from '#domain/errors.ts';
import type { HostKey, SshProbe, SshTarget } from '#domain/remote.ts';

/** Why a connection did not come about. Stays inside this folder: probe and run each translate it. */
export class SshFailure extends Error {
  readonly outcome: Exclude<SshProbe['outcome'], 'ok'>;
  readonly hostKey: HostKey | null;
  readonly methods: readonly string[];
  /** The jump host failed or refused to lead on: says nothing about the target. */
  readonly byHop: boolean;

  constructor(
    outcome: Exclude<SshProbe['outcome'], 'ok'>,
    message: string,
    seen: {
      readonly hostKey?: HostKey | null;
      readonly methods?: readonly string[];
      readonly byHop?: boolean;
    } = {},
  ) {
    super(message);
    this.outcome = outcome;
    this.hostKey = seen.hostKey ?? null;
    this.methods = seen.methods ?? [];
    this.byHop = seen.byHop ?? false;
  }
}

const CODES = {
  login_refused: 'login_refused',
  host_key_changed: 'host_key_changed',
  refused: 'unreachable',
  unreachable: 'unreachable',
  timeout: 'timeout',
} as const;

const HINTS = {
  login_refused: 'Check user and credential, or reset the password.',
  host_key_changed: 'Record the new host key only if the server was reinstalled on purpose.',
  refused: 'Nothing listens on the SSH port: sshd is down, still starting, or on another port.',
  unreachable: 'Check address, network and firewall.',
  timeout: 'The host is down, overloaded, or a firewall drops the packets.',
} as const;

export function toRunError(failure: SshFailure, target: SshTarget): OpsError {
  return new OpsError(CODES[failure.outcome], failure.message, {
    hint: HINTS[failure.outcome],
    details: { server_handle: target.handle, outcome: failure.outcome, methods: failure.methods },
  });
}

/** What a socket or protocol error means for the reachability of a host. */
export function fromTransport(
  error: Error & { code?: string; level?: string },
): SshFailure['outcome'] {
  const { code = '', message } = error;
  if (code === 'ECONNREFUSED' || /connection refused/i.test(message)) return 'refused';
  if (code === 'ETIMEDOUT' || error.level === 'client-timeout') return 'timeout';
  return 'unreachable';
}
