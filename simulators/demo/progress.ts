import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { followOperation, Operation, type Progress } from '#cli/follow.ts';
import type { LocalChat } from '../telegram/local-chat.ts';
import type { DemoClient } from './client.ts';

const Page = z.object({ items: z.array(Operation) });
const ACTIVE = ['queued', 'running', 'waiting'];
const LOOK_MS = 1_000;

/** Shows every operation live between the chat's messages, until aborted. */
export async function showProgress({
  client,
  io,
  chat,
  prompts,
  width,
  dim,
  signal,
}: DemoClient & {
  readonly chat: Pick<LocalChat, 'note' | 'prompt'>;
  /** The prompt shows what runs now. */
  readonly prompts: boolean;
  /** Columns of the terminal. */
  readonly width: () => number;
  readonly dim: (text: string) => string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const followed = new Set<string>();
  const now = new Map<string, string>();

  function prompt(): void {
    const all = [...now].map(([handle, text]) => `${handle} ${text}`).join(', ');
    // Half a line is left for what is being typed.
    const room = Math.max(20, Math.floor(width() / 2));
    const short = all.length > room ? `${all.slice(0, room - 1)}…` : all;
    chat.prompt(short === '' ? '> ' : `${dim(`[${short}]`)} > `);
  }

  async function follow({ id, server_handle: handle }: Operation): Promise<void> {
    const titles = new Map<string, string>();
    const show = (progress: Progress) => {
      const percent = `${String(progress.percent).padStart(3)} %`;
      const line = lineOf(progress, titles, prompts);
      if (line !== null) chat.note(dim(`  ${handle}  ${percent}  ${line}`));
      const running = progress.type === 'task' || progress.state === 'started';
      now.set(handle, running ? `${percent} ${progress.text}` : percent);
      prompt();
    };
    try {
      await followOperation(id, { client, io }, show);
    } finally {
      now.delete(handle);
      if (!signal.aborted) prompt();
    }
  }

  while (!signal.aborted) {
    try {
      const query = { status: ACTIVE, limit: '20' };
      const { items } = Page.parse(await client.call('GET', '/api/operations', { query }));
      for (const operation of items.filter(({ id }) => !followed.has(id))) {
        followed.add(operation.id);
        // Taken up again with the next look if the line to the API broke for good.
        follow(operation).catch(() => void followed.delete(operation.id));
      }
    } catch {
      // The agent is being restarted, or ends: the next look tells.
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/**
 * What of an event deserves a line of its own: how a step ended, and where no prompt shows what
 * runs now, that it began. Null: nothing.
 */
export function lineOf(
  { type, step, state, text, status }: Progress,
  titles: Map<string, string>,
  prompts: boolean,
): string | null {
  const title = titles.get(step ?? '') ?? step;
  switch (type) {
    case 'step':
      if (state === 'started') {
        titles.set(step ?? '', text);
        return prompts ? null : `… ${text}`;
      }
      if (state === 'done') return `✓ ${title}`;
      return state === 'skipped' ? `– ${title}: ${text}` : `✗ ${title}: ${text}`;
    case 'status':
      return status === 'failed' || status === 'waiting' ? `${status}: ${text}` : null;
    case 'note':
      return text;
    default:
      return null;
  }
}
