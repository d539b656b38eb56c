import { connect as openSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type Client, type Prompt } from 'ssh2';
import type { HostKey, SshTarget } from '#domain/remote.ts';
import { fromTransport, SshFailure } from './errors.ts';
import { algorithmsFor, parseHostKey, sameKey } from './host-keys.ts';

export interface Connection {
  readonly client: Client;
  readonly hostKey: HostKey | null;
  readonly methods: readonly string[];
  /** Destroys this connection and the hops under it. */
  close(): void;
}

const KEEPALIVE_MS = 10_000;
const KEEPALIVES_MISSED = 3;
/** Idle time after which the kernel asks whether the other side is still there. */
const KERNEL_KEEPALIVE_MS = 30_000;

export interface LoginOptions {
  /**
   * `ssh`: dead peers are found within 30 s by SSH's own requests; `kernel`: within 40 s by TCP's,
   * which cost this process nothing.
   */
  readonly keepalive: 'ssh' | 'kernel';
}

/**
 * Logs in, over as many hops as the target names. Throws SshFailure, or the signal's reason; never
 * leaves a socket behind.
 */
export async function connect(target: SshTarget, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted();
  if (target.jump === null) return login(target, signal, null);
  const jump = target.jump;
  const hop = await connect(jump, signal).catch((error: unknown) => {
    throw throughHop(jump, error);
  });
  try {
    const sock = await forward(hop.client, target, signal);
    const connection = await login(target, signal, sock);
    const close = () => {
      connection.close();
      hop.close();
    };
    return { ...connection, close };
  } catch (error) {
    hop.close();
    throw error;
  }
}

/** The target's own state is unknown: whatever is wrong with the hop, the target is unreachable. */
export function throughHop(jump: SshTarget, error: unknown): unknown {
  if (!(error instanceof SshFailure)) return error;
  const message = `Jump host ${jump.handle}: ${error.message}`;
  return new SshFailure('unreachable', message, { byHop: true });
}

/** RFC 4254, 5.1: the hop may not lead there. */
const PROHIBITED = 1;

/** A connection from the hop to the target. Throws SshFailure, or the signal's reason. */
export function forward(hop: Client, target: SshTarget, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    hop.forwardOut('127.0.0.1', 0, target.host, target.port, (error, channel) => {
      signal.removeEventListener('abort', onAbort);
      // Nobody waits for it any more, and a hop may live long.
      if (channel && signal.aborted) channel.on('error', () => {}).destroy();
      if (!error) return resolve(channel);
      const byHop = 'reason' in error && error.reason === PROHIBITED;
      const message = describe(target, error.message);
      reject(new SshFailure(fromTransport(error), message, { byHop }));
    });
  });
}

/** Logs in over a channel of a hop, or over a socket of its own. Throws as `connect` does. */
export function login(
  target: SshTarget,
  signal: AbortSignal,
  channel: Duplex | null,
  { keepalive }: LoginOptions = { keepalive: 'ssh' },
): Promise<Connection> {
  const sock =
    channel ??
    openSocket({
      host: target.host,
      port: target.port,
      keepAlive: keepalive === 'kernel',
      keepAliveInitialDelay: KERNEL_KEEPALIVE_MS,
    });
  const client = new ssh2.Client();
  let hostKey: HostKey | null = null;
  let changed = false;
  const methods = new Set<string>();
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      sock.destroy();
      reject(error);
    };
    const seen = () => ({ hostKey, methods: [...methods] });
    const onAbort = () => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });

    client.on('error', (error) => {
      if (changed) {
        const message = describe(target, `shows another host key than recorded (${hostKey?.type})`);
        fail(new SshFailure('host_key_changed', message, seen()));
      } else if (error.level === 'client-authentication') {
        fail(new SshFailure('login_refused', refusal(target, methods), seen()));
      } else {
        fail(new SshFailure(fromTransport(error), describe(target, error.message), seen()));
      }
    });
    client.once('close', () => {
      fail(new SshFailure('unreachable', describe(target, 'closed the connection'), seen()));
    });
    client.once('ready', () => {
      signal.removeEventListener('abort', onAbort);
      resolve({ client, ...seen(), close: () => void sock.destroy() });
    });

    try {
      client.connect({
        sock,
        username: target.user,
        // The caller's deadline rules, not the library's.
        readyTimeout: 0,
        keepaliveInterval: keepalive === 'ssh' ? KEEPALIVE_MS : 0,
        keepaliveCountMax: KEEPALIVES_MISSED,
        algorithms: { serverHostKey: algorithmsFor(target.hostKeys) },
        hostVerifier: (blob: Buffer) => {
          hostKey = parseHostKey(blob);
          const shown = hostKey;
          changed =
            shown === null ||
            (target.hostKeys.length > 0 && !target.hostKeys.some((key) => sameKey(key, shown)));
          return !changed;
        },
        authHandler: authSteps(target, methods),
      });
    } catch (error) {
      // ssh2 throws at once for a private key that it cannot read.
      const message = error instanceof Error ? error.message : String(error);
      fail(new SshFailure('login_refused', describe(target, `unusable credential: ${message}`)));
    }
  });
}

/** Asks what is offered, then tries the one credential there is, once. */
function authSteps(target: SshTarget, methods: Set<string>) {
  const { auth, user: username } = target;
  let step = 0;
  return (offered: AuthenticationType[] | null): AnyAuthMethod | false => {
    for (const method of offered ?? []) methods.add(method);
    step++;
    if (step === 1) return { type: 'none', username };
    if (step > 2) return false;
    if (auth.kind === 'key') {
      if (!methods.has('publickey')) return false;
      return { type: 'publickey', username, key: auth.privateKey.reveal() };
    }
    const password = auth.password.reveal();
    if (methods.has('password')) return { type: 'password', username, password };
    if (!methods.has('keyboard-interactive')) return false;
    return { type: 'keyboard-interactive', username, prompt: answerOnce(password) };
  };
}

/** One round of prompts gets the password; a second one asks for a new password, which we have not. */
function answerOnce(password: string) {
  let rounds = 0;
  return (
    _name: string,
    _text: string,
    _language: string,
    prompts: readonly Prompt[],
    finish: (answers: string[]) => void,
  ): void => {
    rounds++;
    finish(prompts.map(() => (rounds === 1 ? password : '')));
  };
}

function refusal(target: SshTarget, methods: ReadonlySet<string>): string {
  const offered = [...methods].join(', ') || 'nothing';
  const kind = target.auth.kind === 'key' ? 'key' : 'password';
  const wanted = kind === 'key' ? ['publickey'] : ['password', 'keyboard-interactive'];
  return wanted.some((method) => methods.has(method))
    ? describe(target, `refused the ${kind} of ${target.user} (offers ${offered})`)
    : describe(target, `takes no ${kind}s (offers ${offered})`);
}

const describe = (target: SshTarget, what: string): string =>
  `${target.handle} (${target.host}, port ${target.port}): ${what}`;
