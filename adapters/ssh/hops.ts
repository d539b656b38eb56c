import type { SshTarget } from '#domain/remote.ts';
import { startDeadline } from '../abort.ts';
import { type Connection, forward, login, throughHop } from './connect.ts';
import { SshFailure } from './errors.ts';
import type { Handshakes } from './handshakes.ts';

/** How far a login got: what a deadline that passes there says, and about whom. */
export interface Way {
  stage: 'hop' | 'forward' | 'login';
  /** The jump host answered since we asked it to lead on. */
  hopHeard: boolean;
}

export interface Hops {
  /** Logs in directly or over kept jump hosts. Throws SshFailure or the signal's reason. */
  login(target: SshTarget, signal: AbortSignal, way: Way): Promise<Connection>;
  /** Forgets a jump host that no longer answers. */
  drop(jump: SshTarget): void;
  close(): void;
}

const HOP_DEADLINE_MS = 10_000;
const HOP_URGENCY = 0;
const KEPT = { keepalive: 'kernel' } as const;

/** One kept connection per jump host, shared by all that lie behind it. */
export function createHops(handshakes: Handshakes): Hops {
  const hops = new Map<string, Promise<Connection>>();
  const closing = new AbortController();

  function hopTo(jump: SshTarget): Promise<Connection> {
    const name = nameOf(jump);
    const known = hops.get(name);
    if (known !== undefined) return known;
    const hop = open(jump);
    hops.set(name, hop);
    const forget = () => {
      if (hops.get(name) === hop) hops.delete(name);
    };
    hop.then(({ client }) => client.once('close', forget), forget);
    return hop;
  }

  async function open(jump: SshTarget): Promise<Connection> {
    await handshakes.turn(1, HOP_URGENCY, closing.signal);
    const deadline = startDeadline(HOP_DEADLINE_MS, closing.signal);
    try {
      return await through(jump, deadline.signal, { stage: 'login', hopHeard: false });
    } catch (error) {
      if (!deadline.expired) throw error;
      const message = `${jump.handle} (${jump.host}, port ${jump.port}): no answer in ${HOP_DEADLINE_MS} ms`;
      throw new SshFailure('timeout', message);
    } finally {
      deadline.clear();
    }
  }

  async function through(target: SshTarget, signal: AbortSignal, way: Way): Promise<Connection> {
    const { jump } = target;
    if (jump === null) {
      way.stage = 'login';
      return login(target, signal, null, KEPT);
    }
    way.stage = 'hop';
    const hop = await unless(signal, hopTo(jump)).catch((error: unknown) => {
      throw throughHop(jump, error);
    });
    way.stage = 'forward';
    whenHeard(hop, () => {
      way.hopHeard = true;
    });
    const channel = await forward(hop.client, target, signal);
    way.stage = 'login';
    return login(target, signal, channel, KEPT);
  }

  function drop(jump: SshTarget): void {
    const name = nameOf(jump);
    hops.get(name)?.then(
      (connection) => connection.close(),
      () => {},
    );
    hops.delete(name);
  }

  return {
    login: through,
    drop,
    close() {
      closing.abort(new Error('closed'));
      for (const hop of hops.values()) {
        hop.then(
          (connection) => connection.close(),
          () => {},
        );
      }
      hops.clear();
    },
  };
}

const nameOf = (jump: SshTarget): string => {
  const own = `${jump.handle} ${jump.user}@${jump.host}:${jump.port}`;
  return jump.jump === null ? own : `${own} by ${nameOf(jump.jump)}`;
};

/** A request that every server answers, if only with a no. */
function whenHeard({ client }: Connection, heard: () => void): void {
  try {
    client.unforwardIn('127.0.0.1', 0, heard);
  } catch {
    // The socket is gone already; its `close` is on the way.
  }
}

/** The promise's own end, or the signal's, whichever comes first. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
