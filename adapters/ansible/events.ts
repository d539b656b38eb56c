import { open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { PlaybookEvent } from '#domain/remote.ts';

const POLL_MS = 100;
const TAIL_LINES = 20;
const MAX_LINE = 256 * 1024;

const Stats = z.object({
  ok: z.number(),
  changed: z.number(),
  failures: z.number(),
  unreachable: z.number(),
});
export type Stats = z.infer<typeof Stats>;

/** One line of playbooks/callback_plugins/zavhoz_events.py; unknown fields and events pass. */
const Line = z.object({
  event: z.string(),
  host: z.string().optional(),
  task: z.string().optional(),
  index: z.number().optional(),
  total: z.number().optional(),
  msg: z.string().optional(),
  stats: z.record(z.string(), Stats).optional(),
  data: z.unknown().optional(),
});

export interface Failure {
  readonly kind: 'failed' | 'unreachable';
  readonly task: string;
  readonly message: string;
}

/** What the lines of a run said so far. */
export interface Report {
  readonly stats: Readonly<Record<string, Stats>> | null;
  readonly data: unknown;
  /** The last one: an earlier one was made good by a rescue, or is told again by it. */
  readonly failure: Failure | null;
  readonly task: string | null;
  /** Last lines that were no events: what Ansible says when it cannot even start. */
  readonly tail: readonly string[];
}

/** Reads lines of events; what is not one is kept as the tail. */
export function createReader(onEvent: (event: PlaybookEvent) => void) {
  let rest = '';
  let stats: Report['stats'] = null;
  let data: unknown = null;
  let failure: Failure | null = null;
  let task: string | null = null;
  const tail: string[] = [];

  function read(line: string): void {
    if (line.trim() === '') return;
    const event = parse(line);
    if (event === null) {
      tail.push(line.slice(0, 2000));
      if (tail.length > TAIL_LINES) tail.shift();
      return;
    }
    task = event.task ?? task;
    if (event.event === 'recap') stats = event.stats ?? {};
    if (event.event === 'result') data = event.data ?? null;
    if (event.event === 'failed' || event.event === 'unreachable') {
      failure = { kind: event.event, task: event.task ?? '', message: event.msg ?? '' };
    }
    const kind = KINDS[event.event];
    if (kind === undefined) return;
    onEvent({ kind, task: task ?? '', index: event.index ?? 0, total: event.total ?? 0 });
  }

  return {
    add(text: string): void {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_LINE);
      lines.forEach(read);
    },
    end(): void {
      read(rest);
      rest = '';
    },
    report: (): Report => ({ stats, data, failure, task, tail }),
  };
}

const KINDS: Readonly<Record<string, PlaybookEvent['kind']>> = {
  task: 'task',
  changed: 'changed',
  failed: 'failed',
  unreachable: 'failed',
};

function parse(line: string): z.infer<typeof Line> | null {
  if (!line.startsWith('{')) return null;
  try {
    return Line.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Follows a growing file until `ended` settles and all of it is read. */
export async function follow(
  path: string,
  ended: Promise<unknown>,
  onText: (text: string) => void,
): Promise<void> {
  let over = false;
  const end = ended.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  const file = await open(path, 'r');
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(64 * 1024);
  try {
    for (;;) {
      const last = over;
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) break;
        onText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
      }
      if (last) return;
      await Promise.race([end, wait(POLL_MS)]);
    }
  } finally {
    await file.close();
  }
}
