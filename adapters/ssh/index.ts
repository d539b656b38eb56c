import { OpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import type { Ssh, SshProbe, SshTarget } from '#domain/remote.ts';
import { abortError, startDeadline } from '../abort.ts';
import { type Connection, connect } from './connect.ts';
import { SshFailure, toRunError } from './errors.ts';
import { execute } from './execute.ts';

/**
 * SSH by ssh2: a connection per call, closed at its end. `run` quotes every argument; output is cut
 * at 1 MiB per stream. The deadline covers connecting, logging in and running.
 */
export function createSsh({ log }: { readonly log: Logger }): Ssh {
  async function within<T>(
    target: SshTarget,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
    work: (connection: Connection, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const what = `SSH to ${target.handle}`;
    if (options.signal.aborted) throw abortError(options.signal, what);
    const deadline = startDeadline(options.timeoutMs, options.signal);
    let connection: Connection | undefined;
    try {
      connection = await connect(target, deadline.signal);
      return await work(connection, deadline.signal);
    } catch (error) {
      if (deadline.expired) {
        const message = `${target.handle} (${target.host}, port ${target.port}): no answer in ${options.timeoutMs} ms`;
        throw new SshFailure('timeout', message);
      }
      if (options.signal.aborted) throw abortError(options.signal, what);
      throw error;
    } finally {
      connection?.close();
      deadline.clear();
    }
  }

  return {
    async probe(target, options): Promise<SshProbe> {
      try {
        return await within(target, options, async ({ hostKey, methods }) => ({
          outcome: 'ok',
          hostKey,
          methods,
          message: `${target.user} logged in.`,
        }));
      } catch (error) {
        if (!(error instanceof SshFailure)) throw error;
        const { outcome, hostKey, methods, message } = error;
        log.debug({ server_handle: target.handle, outcome, message }, 'ssh probe');
        return { outcome, hostKey, methods, message };
      }
    },

    async run(target, argv, options) {
      if (argv.length === 0) throw new OpsError('invalid_input', 'There is no program to run.');
      try {
        return await within(target, options, (connection, signal) =>
          execute(connection, target, argv, options.stdin ?? '', signal),
        );
      } catch (error) {
        throw error instanceof SshFailure ? toRunError(error, target) : error;
      }
    },
  };
}
