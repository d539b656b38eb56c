import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ignoreMissing, writePrivately } from '#app/embedded/files.ts';

const Process = z.object({ pid: z.number(), startTime: z.string() });

const State = z.object({
  /** Server id → when its host was made: tells whether the hosts are those the agent knows. */
  servers: z.record(z.string(), z.string()),
  /** Image tags that were built for the demo, not found. */
  images: z.array(z.string()),
  /** The last run's processes, which may still be ending when the demo itself was killed. */
  processes: z.array(Process),
});
export type State = z.infer<typeof State>;

export interface StateFile {
  readonly value: State;
  change(change: Partial<State>): Promise<void>;
}

const EMPTY: State = { servers: {}, images: [], processes: [] };

/** What the demo remembers between runs. A damaged file counts as none. */
export async function openState(path: string): Promise<StateFile> {
  let value = EMPTY;
  try {
    const text = await readFile(path, 'utf8').catch(ignoreMissing);
    if (text !== undefined) value = State.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof z.ZodError || error instanceof SyntaxError)) throw error;
  }
  return {
    get value() {
      return value;
    },
    async change(change) {
      value = { ...value, ...change };
      await writePrivately(path, `${JSON.stringify(value, null, 2)}\n`);
    },
  };
}
