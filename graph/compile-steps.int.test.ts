import { Command, END, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { OpsState } from '#domain/state.ts';
import type { Step } from '#domain/step.ts';
import { compileSteps } from './compile-steps.ts';
import { OpsAnnotation } from './state.ts';
import type { StepRuntime } from './step-runtime.ts';

type Deps = { readonly log: string[] };
const step = (id: string, over: Partial<Step<Deps>> = {}): Step<Deps> => ({
  id,
  title: id,
  timeoutSeconds: 5,
  weight: 1,
  run: async ({ deps }) => {
    deps.log.push(id);
    return { status: 'done', summary: id };
  },
  ...over,
});
const undo =
  (id: string) =>
  async ({ deps }: { deps: Deps }) => {
    deps.log.push(`undo ${id}`);
  };

/** One thread over in-memory rows; `go` starts it, or goes on where it stopped. */
function stage(steps: readonly Step<Deps>[]) {
  const log: string[] = [];
  const stop = new AbortController();
  const rows = new Map<
    string,
    { status: string; memo: Record<string, unknown>; summary: string | null }
  >();
  const events: string[] = [];
  const operation = {
    id: 'o1',
    kind: 'provision',
    serverHandle: 'vps-1',
    stopRequested: null as string | null,
    stopRequestedBy: 'ann',
    deadlineAt: null as Date | null,
    requestedBy: 'ann',
    percent: 0,
  };
  const asked: { id: string; status: string; answeredBy: string | null; question: string }[] = [];
  const rt = {
    operations: {
      require: async () => ({ ...operation }),
      step: async (_: string, id: string) => rows.get(id) ?? null,
      putStep: async (_: unknown, id: string, row: { status: string; summary: string | null }) => {
        rows.set(id, { memo: {}, ...rows.get(id), ...row });
      },
      putMemo: async (_: unknown, id: string, memo: Record<string, unknown>) => {
        rows.set(id, { status: 'started', summary: null, ...rows.get(id), memo });
      },
      addEvent: async (_: unknown, event: { step: string; state: string; percent: number }) => {
        events.push(`${event.step} ${event.state}`);
      },
    },
    servers: { require: async () => ({ handle: 'vps-1' }) },
    inputs: {
      ask: async () => {
        asked[0] ??= { id: 'i1', status: 'open', answeredBy: null, question: 'password?' };
        return asked[0];
      },
      latest: async () => asked[0] ?? null,
    },
    outbox: { enqueue: async () => {} },
    playbooks: { end: async () => void log.push('ended a child') },
    toolCaller: () => ({}),
    clock: { now: () => new Date(0), sleep: async () => {} },
    log: { warn() {}, error() {}, debug() {}, info() {}, child: () => rt.log },
    limits: {
      take: { operationId: 'o1', fence: 1 },
      signal: stop.signal,
      gate: async () => {},
    },
  } as unknown as StepRuntime & { log: StepRuntime['log'] };
  const graph = new StateGraph(OpsAnnotation)
    .addNode('work', compileSteps(steps, { log }, rt))
    .addEdge(START, 'work')
    .addEdge('work', END)
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: 'o1' }, durability: 'sync' as const };
  return {
    log,
    rows,
    events,
    asked,
    operation,
    stop,
    async go(): Promise<OpsState> {
      const { createdAt, tasks } = await graph.getState(config);
      const id = tasks.flatMap(({ interrupts }) => interrupts)[0]?.id;
      const input: Parameters<typeof graph.invoke>[0] =
        createdAt === undefined
          ? { operation_id: 'o1', server_to_provision: 'vps-1' }
          : id === undefined
            ? null
            : new Command<unknown, never, never>({ resume: { [id]: 1 } });
      await graph.invoke(input, config);
      return (await graph.getState(config)).values as OpsState;
    },
    next: async () => (await graph.getState(config)).next,
  };
}

describe('compileSteps', () => {
  it('runs the list in order and keeps each outcome', async () => {
    const { go, log, rows } = stage([step('a'), step('b'), step('c')]);
    const state = await go();
    expect(log).toEqual(['a', 'b', 'c']);
    expect(Object.keys(state.steps)).toEqual(['a', 'b', 'c']);
    expect(rows.get('c')?.status).toBe('done');
    expect(state.failure).toBeNull();
  });

  it('unwinds in reverse from the failed step, whose outcome is unknown, and keeps the reason', async () => {
    const { go, log } = stage([
      step('a', { undo: undo('a') }),
      step('b'),
      step('c', {
        undo: undo('c'),
        run: async () => {
          throw new OpsError('unknown_outcome', 'the answer was lost');
        },
      }),
      step('d', { undo: undo('d') }),
    ]);
    const state = await go();
    expect(log).toEqual(['a', 'b', 'undo c', 'undo a']);
    expect(state.failure).toMatchObject({ step: 'c', code: 'unknown_outcome', retryable: true });
    expect(state.steps.a?.status).toBe('undone');
  });

  it('records a failed undo and still takes back the rest', async () => {
    const { go, log, rows } = stage([
      step('a', { undo: undo('a') }),
      step('b', {
        undo: async () => {
          throw new Error('cannot');
        },
      }),
      step('c', {
        run: async () => {
          throw new OpsError('upstream_login', 'no');
        },
      }),
    ]);
    const state = await go();
    expect(log).toEqual(['a', 'b', 'undo a']);
    expect(rows.get('b')).toMatchObject({
      status: 'undo_failed',
      summary: expect.stringContaining('cannot'),
    });
    expect(state.failure).toMatchObject({ step: 'c', retryable: false });
  });

  it('tries a transient error three times in place, and no other error twice', async () => {
    let soon = 0;
    let later = 0;
    const transient = stage([
      step('a', {
        run: async () => {
          soon += 1;
          if (soon < 3) throw new OpsError('busy', 'not now');
          return { status: 'done', summary: '' };
        },
      }),
    ]);
    expect((await transient.go()).failure).toBeNull();
    const final = stage([
      step('a', {
        run: async () => {
          later += 1;
          throw new OpsError('upstream', 'no');
        },
      }),
    ]);
    expect((await final.go()).failure).toMatchObject({ code: 'upstream', retryable: true });
    expect([soon, later]).toEqual([3, 1]);
  }, 20_000);

  it('parks on a question, and goes on at the same step once it is answered', async () => {
    const { go, log, asked, next } = stage([
      step('a'),
      step('b', {
        run: async ({ deps, answered }) => {
          const answer = await answered('x');
          if (answer === null) {
            const ask = {
              purpose: 'x',
              kind: 'secret',
              question: 'password?',
              expiresInSeconds: 60,
            } as const;
            return { status: 'parked', ask };
          }
          deps.log.push(`b with ${answer.answeredBy}`);
          return { status: 'done', summary: '' };
        },
      }),
      step('c'),
    ]);
    await go();
    expect(await next()).toEqual(['work']);
    await go(); // resumed too early: it parks again
    expect(await next()).toEqual(['work']);
    Object.assign(asked[0] ?? {}, { status: 'answered', answeredBy: 'ann' });
    await go();
    expect(log).toEqual(['a', 'b with ann', 'c']);
    expect(await next()).toEqual([]);
  });

  it.each(['lease_lost', 'storage_unavailable'] as const)(
    'is cut short by %s without deciding anything, and goes on there',
    async (code) => {
      let broken = true;
      const { go, log, next } = stage([
        step('a', { undo: undo('a') }),
        step('b', {
          run: async ({ deps }) => {
            if (broken) throw new OpsError(code, 'gone');
            deps.log.push('b');
            return { status: 'done', summary: '' };
          },
        }),
      ]);
      await expect(go()).rejects.toMatchObject({ code });
      expect(await next()).toEqual(['work']);
      broken = false;
      await go();
      expect(log).toEqual(['a', 'b']);
    },
  );

  it('begins no further step once a stop was asked for', async () => {
    const { go, log, operation } = stage([
      step('a', {
        undo: undo('a'),
        run: async ({ deps }) => {
          deps.log.push('a');
          operation.stopRequested = 'cancel';
          return { status: 'done', summary: '' };
        },
      }),
      step('b'),
    ]);
    expect((await go()).failure).toMatchObject({ code: 'cancelled', retryable: false });
    expect(log).toEqual(['a', 'undo a']);
  });

  it('takes back what was done also when the operation itself was stopped meanwhile', async () => {
    const { go, log, stop } = stage([
      step('a', {
        undo: async ({ deps, signal }) => {
          signal.throwIfAborted();
          deps.log.push('undo a');
        },
      }),
      step('b', {
        run: async ({ signal }) => {
          stop.abort(new OpsError('cancelled', 'Cancelled by ann.'));
          signal.throwIfAborted();
          return { status: 'done', summary: '' };
        },
      }),
    ]);
    expect((await go()).failure).toMatchObject({ code: 'cancelled', message: 'Cancelled by ann.' });
    expect(log).toEqual(['a', 'undo a']);
  });

  it('ends a child that an earlier run left behind before it acts', async () => {
    const { go, log, rows } = stage([step('a')]);
    rows.set('a', { status: 'started', summary: null, memo: { _child: { pgid: 7 }, kept: 1 } });
    await go();
    expect(log).toEqual(['ended a child', 'a']);
    expect(rows.get('a')?.memo).toEqual({ _child: null, kept: 1 });
  });
});
