import type { ClientChannel } from 'ssh2';
import { CHECK_COMMAND } from '../health/check-script.ts';
import { isWhole } from '../health/parse-reading.ts';
import type { Connection } from './connect.ts';

/** How a command on an open connection ended. */
export type Look =
  | { readonly kind: 'answer'; readonly output: string }
  /** The program ended, or said too much, without a whole answer. */
  | { readonly kind: 'nonsense'; readonly output: string }
  /** The connection opens no channel for it: too many sessions, or it is not there any more. */
  | { readonly kind: 'no_channel'; readonly message: string }
  | { readonly kind: 'ended' }
  /** `opened`: the host was there and the program did not come to its end. */
  | { readonly kind: 'timeout'; readonly opened: boolean };

export interface LookBounds {
  /** Until the channel is open, and until the answer is whole; both from now on. */
  readonly openMs: number;
  readonly answerMs: number;
  readonly signal: AbortSignal;
}

/** An honest answer has well under 8 KiB, with every disk that is read. */
const MAX_BYTES = 64 * 1024;
/** Enough for a last line that comes in two pieces. */
const TAIL = 32;

/**
 * Runs the check script. Done with the last line of the answer: what the channel still has to say is
 * dropped, and a host that goes on talking loses the connection. Rejects only with the signal's
 * reason.
 */
export function look(connection: Connection, bounds: LookBounds): Promise<Look> {
  const { client } = connection;
  const { signal } = bounds;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const chunks: Buffer[] = [];
    let tail = '';
    let bytes = 0;
    let settled = false;
    let timer = setTimeout(() => end({ kind: 'timeout', opened: false }), bounds.openMs);

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      client.removeListener('close', onClose);
      return true;
    };
    const end = (result: Look): void => {
      if (settle()) resolve(result);
    };
    const onAbort = (): void => {
      if (settle()) reject(signal.reason);
    };
    const onClose = (): void => end({ kind: 'ended' });
    const text = (): string =>
      chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8');

    const count = (chunk: Buffer): boolean => {
      bytes += chunk.length;
      if (bytes <= MAX_BYTES) return true;
      end({ kind: 'nonsense', output: text() });
      connection.close();
      return false;
    };
    const listen = (channel: ClientChannel): void => {
      if (settled) {
        channel.on('error', ignore);
        channel.close();
        return;
      }
      clearTimeout(timer);
      const left = bounds.answerMs - (performance.now() - started);
      timer = setTimeout(() => end({ kind: 'timeout', opened: true }), Math.max(1, left));
      channel.on('error', ignore);
      // ssh2 ends its end itself; Node would do it once more, and make an error of that, each time.
      channel.destroy = () => channel;
      // What it says on stderr is not read: SSH's own window bounds it.
      channel.on('data', (chunk: Buffer) => {
        if (!count(chunk) || settled) return;
        chunks.push(chunk);
        const recent = tail + chunk.toString('latin1');
        if (isWhole(recent)) end({ kind: 'answer', output: text() });
        else tail = recent.slice(-TAIL);
      });
      channel.on('close', () => end({ kind: 'nonsense', output: text() }));
    };

    signal.addEventListener('abort', onAbort);
    client.on('close', onClose);
    try {
      client.exec(CHECK_COMMAND, (error, channel) => {
        // ssh2 tells the channels first that a connection ended: its `close` follows at once.
        if (error) setImmediate(end, { kind: 'no_channel', message: error.message });
        else listen(channel);
      });
    } catch (error) {
      // ssh2 throws at once where the socket is gone and its `close` has not come yet.
      end({ kind: 'no_channel', message: error instanceof Error ? error.message : String(error) });
    }
  });
}

const ignore = (): void => {};
