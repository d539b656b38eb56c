import { beforeEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { StepContext } from '#domain/step.ts';
import type { ToolCaller } from '#domain/tool.ts';
import { serverResetPassword } from '#tools/server/start-task.ts';
import type { ProvisionDeps } from './deps.ts';
import { providerTask } from './provider-task.ts';

/** A provider that keeps its tasks; `lose` acts and then loses the answer, as a cut network does. */
function createWorld() {
  const tasks: { id: string; activated: string; state: string }[] = [];
  const started: string[] = [];
  let clock = 0;
  const world = {
    tasks,
    started,
    lose: false,
    refuse: false,
    begin(): { id: string; activated: string } {
      clock += 1;
      const task = { id: `t${clock}`, activated: `2026-01-01T00:00:0${clock}Z`, state: 'done' };
      tasks.push(task);
      started.push(task.id);
      return task;
    },
    caller: {
      async call(tool: { name: string }, input: { task_id?: string | null }) {
        if (tool.name === 'server_latest_task') return tasks.at(-1) ?? null;
        if (tool.name === 'server_await_task') {
          return { credential_id: `password-of-${input.task_id ?? tasks.at(-1)?.id}` };
        }
        if (world.refuse) throw new OpsError('unknown_outcome', 'connection reset');
        const task = world.begin();
        if (world.lose) throw new OpsError('unknown_outcome', 'the answer was lost');
        return task;
      },
    } as unknown as ToolCaller,
  };
  return world;
}

let world: ReturnType<typeof createWorld>;
let memo: Record<string, unknown>;
const run = (attempt = 1) =>
  providerTask(
    {
      state: { attempt },
      tools: world.caller,
      memo: {
        get: () => memo,
        put: async (next: Record<string, unknown>) => {
          memo = structuredClone(next);
        },
      },
    } as unknown as StepContext<ProvisionDeps>,
    'reset_password',
    serverResetPassword as never,
  );

beforeEach(() => {
  world = createWorld();
  memo = {};
});

describe('providerTask', () => {
  it('asks once and remembers', async () => {
    expect(await run()).toEqual({ credentialId: 'password-of-t1', already: false });
    expect(await run()).toEqual({ credentialId: 'password-of-t1', already: true });
    expect(world.started).toEqual(['t1']);
  });

  it('is not misled by an older task of the same kind', async () => {
    world.begin();
    expect((await run()).credentialId).toBe('password-of-t2');
  });

  it('finds a task whose answer was lost, and does not ask again', async () => {
    world.lose = true;
    expect((await run()).credentialId).toBe('password-of-t1');
    expect(world.started).toEqual(['t1']);
  });

  it('says so, for another try, when the provider never took the call', async () => {
    world.refuse = true;
    await expect(run()).rejects.toMatchObject({ code: 'upstream', retry: 'soon' });
    expect(world.started).toEqual([]);
  });

  it('adopts the task after a crash between the call and its note', async () => {
    await run();
    const notes = memo.reset_password as Record<string, unknown>;
    // What a kill -9 leaves: the latest task before ours, and no id of ours.
    memo = { reset_password: { ...notes, before: null, task_id: null, done: false } };
    expect((await run()).credentialId).toBe('password-of-t1');
    expect(world.started).toEqual(['t1']);
  });

  it('in a further attempt waits for a task that an earlier one left running', async () => {
    world.begin();
    memo = {
      reset_password: { attempt: 1, before: null, task_id: 't1', done: false, credential_id: null },
    };
    expect((await run(2)).credentialId).toBe('password-of-t1');
    expect(world.started).toEqual(['t1']);
  });

  it('in a further attempt asks anew when the earlier task failed', async () => {
    world.begin();
    const [first] = world.tasks;
    if (first) first.state = 'failed';
    memo = {
      reset_password: { attempt: 1, before: null, task_id: 't1', done: false, credential_id: null },
    };
    expect((await run(2)).credentialId).toBe('password-of-t2');
    expect(world.started).toEqual(['t1', 't2']);
  });
});
