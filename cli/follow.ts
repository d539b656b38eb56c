import { z } from 'zod';
import { isTerminal, OperationStatus } from '#domain/operation.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { Client } from './client.ts';
import type { Io } from './io.ts';
import { readEvents } from './sse.ts';

/** The API sends a heartbeat every 15 s: three missed ones, and the line is taken for dead. */
const SILENCE_MS = 45_000;
/** How long the API may be away (a restart, a network) before following gives up. */
const AWAY_MS = 120_000;
const MAX_PAUSE_MS = 5000;

export const Progress = z.object({
  seq: z.number(),
  at: z.string(),
  type: z.string(),
  status: z.string().nullable(),
  step: z.string().nullable(),
  state: z.string().nullable(),
  text: z.string(),
  percent: z.number(),
});
export type Progress = z.infer<typeof Progress>;

export const Operation = z.looseObject({
  id: z.string(),
  kind: z.string(),
  server_handle: z.string(),
  status: OperationStatus,
  error: z
    .looseObject({
      message: z.string(),
      hint: z.string().nullable().optional(),
      step: z.string().nullable().optional(),
    })
    .nullable()
    .optional(),
});
export type Operation = z.infer<typeof Operation>;

/**
 * Shows an operation's events until it has ended and returns it. A broken stream is taken up again
 * after the last event seen; nothing is shown twice.
 */
export async function followOperation(
  id: string,
  { client, io }: { readonly client: Client; readonly io: Io },
  show: (progress: Progress) => void,
): Promise<Operation> {
  const path = `/api/operations/${encodeURIComponent(id)}`;
  let last: string | null = null;
  let awayMs = 0;
  for (let pause = 250; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
    try {
      last = await drain(`${path}/events`, last, { client, io }, (progress) => {
        pause = 250;
        awayMs = 0;
        show(progress);
      });
      const operation = Operation.parse(await client.call('GET', path));
      awayMs = 0;
      if (isTerminal(operation.status)) return operation;
    } catch (error) {
      io.signal.throwIfAborted();
      if (isFinal(error)) throw error;
      awayMs += pause;
      if (awayMs >= AWAY_MS) {
        throw new CliError(EXIT.failed, 'The API does not answer any more.', {
          code: 'api_unreachable',
          hint: `The operation goes on without us: zavhoz operations follow ${id}`,
        });
      }
    }
    await io.sleep(pause, io.signal);
  }
}

/** What waiting does not mend: refused tokens, unknown operations, an answer of another form. */
const isFinal = (error: unknown): boolean =>
  error instanceof z.ZodError ||
  (error instanceof CliError &&
    error.exitCode === EXIT.misuse &&
    !['api_not_running', 'api_unreachable'].includes(error.code));

/** One connection, from after the event `last`; returns the id of the last event seen. */
async function drain(
  path: string,
  last: string | null,
  { client, io }: { readonly client: Client; readonly io: Io },
  show: (progress: Progress) => void,
): Promise<string | null> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), SILENCE_MS);
  };
  let seen = last;
  try {
    const stream = await client.stream(path, last, AbortSignal.any([io.signal, silent.signal]));
    for await (const { id, event, data } of readEvents(stream, alive)) {
      if (event === 'end') return seen;
      const parsed = Progress.safeParse(jsonOf(data));
      if (!parsed.success || Number(id) <= Number(seen ?? 0)) continue;
      seen = id;
      show(parsed.data);
    }
  } catch (error) {
    // What came before the line broke is kept: the next connection goes on after it.
    if (error instanceof CliError || io.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return seen;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
