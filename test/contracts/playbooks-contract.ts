import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type {
  ChildRecord,
  HostKey,
  PlaybookEvent,
  PlaybookRun,
  Playbooks,
  SshTarget,
} from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';

export interface PlaybooksStage {
  readonly playbooks: Playbooks;
  target(changes?: Partial<SshTarget>): SshTarget;
  readonly otherHostKey: HostKey;
  readonly closedPort: number;
  /** A run that changes something; one that fails at a task; one that does not end; one with data. */
  run(kind: 'change' | 'fail' | 'hang' | 'data', changes?: Partial<PlaybookRun>): PlaybookRun;
  /** The name of the task that `fail` fails at, and what `data` reports. */
  readonly failingTask: string;
  readonly data: unknown;
  /** How often a `change` was really run on the host. */
  ran(): number;
  stop(): Promise<void>;
}

interface Watch {
  readonly children: (ChildRecord | null)[];
  readonly events: PlaybookEvent[];
  readonly started: Promise<ChildRecord>;
  readonly hooks: Parameters<Playbooks['run']>[1];
}

/** Hooks that keep what they are told. `started` settles at the first task: the playbook runs then. */
export function watch(): Watch {
  const children: (ChildRecord | null)[] = [];
  const events: PlaybookEvent[] = [];
  let tell = (_: ChildRecord) => {};
  const started = new Promise<ChildRecord>((resolve) => {
    tell = resolve;
  });
  return {
    children,
    events,
    started,
    hooks: {
      onChild: async (child) => void children.push(child),
      onEvent: (event) => {
        events.push(event);
        const [child] = children;
        if (child) tell(child);
      },
    },
  };
}

/** What everybody who implements the Playbooks port keeps to. */
export function playbooksContract(name: string, start: () => Promise<PlaybooksStage>): void {
  describe(`the Playbooks port: ${name}`, () => {
    let stage: PlaybooksStage;
    beforeAll(async () => {
      stage = await start();
    });
    afterAll(() => stage?.stop());
    const never = () => new AbortController().signal;

    it('tells the child before it starts, each task, the recap, and that the child ended', async () => {
      const { hooks, children, events } = watch();
      const { recap } = await stage.playbooks.run(stage.run('change'), hooks, never());
      expect(recap).toMatchObject({ changed: 1, failures: 0, unreachable: 0 });
      expect(recap.ok).toBeGreaterThan(0);
      expect(children).toEqual([
        {
          machineId: expect.any(String),
          bootId: expect.any(String),
          pgid: expect.any(Number),
          startTime: expect.any(String),
          endsAt: expect.stringMatching(/^\d{4}-.*Z$/),
        },
        null,
      ]);
      const kinds = new Set(events.map(({ kind }) => kind));
      expect([...kinds].sort()).toEqual(['changed', 'task']);
      for (const { index, total, task } of events) {
        expect(index).toBeLessThanOrEqual(total);
        expect(task).not.toBe('');
      }
    });

    it('runs nothing when the record of the child could not be stored', async () => {
      const before = stage.ran();
      const onChild = () => Promise.reject(new OpsError('lease_lost', 'too late'));
      const run = stage.playbooks.run(stage.run('change'), { onChild, onEvent: () => {} }, never());
      await expect(run).rejects.toMatchObject({ code: 'lease_lost' });
      expect(stage.ran()).toBe(before);
    });

    it('names the failed task', async () => {
      const { hooks, children } = watch();
      const error = await stage.playbooks.run(stage.run('fail'), hooks, never()).catch((e) => e);
      expect(error).toMatchObject({ code: 'playbook_failed', retry: 'later' });
      expect(error.message).toContain(stage.failingTask);
      expect(error.details.task).toBe(stage.failingTask);
      expect(children.at(-1)).toBeNull();
    });

    it('hands over what the playbook reported', async () => {
      const { data } = await stage.playbooks.run(stage.run('data'), watch().hooks, never());
      expect(data).toEqual(stage.data);
    });

    it('tells a refused login, a changed host key and an unreachable host apart', async () => {
      const wrong: [Partial<SshTarget>, string][] = [
        [{ auth: { kind: 'password', password: new Secret('not the one') } }, 'login_refused'],
        [{ hostKeys: [stage.otherHostKey] }, 'host_key_changed'],
        [{ port: stage.closedPort }, 'unreachable'],
      ];
      for (const [changes, code] of wrong) {
        const run = stage.run('change', { target: stage.target(changes) });
        const error = await stage.playbooks.run(run, watch().hooks, never()).catch((e) => e);
        expect(error).toMatchObject({ code });
        expect(String(error.message)).not.toContain('not the one');
      }
    });

    it('refuses a host that it could not recognise', async () => {
      const run = stage.run('change', { target: stage.target({ hostKeys: [] }) });
      const result = stage.playbooks.run(run, watch().hooks, never());
      await expect(result).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('ends at the deadline, with timeout', async () => {
      const { hooks, children } = watch();
      const run = stage.run('hang', { timeoutMs: 4000 });
      await expect(stage.playbooks.run(run, hooks, never())).rejects.toMatchObject({
        code: 'timeout',
      });
      expect(children.at(-1)).toBeNull();
    });

    it('ends at an abort, with the reason of the signal', async () => {
      const controller = new AbortController();
      const { hooks, started, children } = watch();
      const run = stage.playbooks.run(stage.run('hang'), hooks, controller.signal);
      void started.then(() => controller.abort(new OpsError('superseded', 'a newer one')));
      await expect(run).rejects.toMatchObject({ code: 'superseded' });
      expect(children.at(-1)).toBeNull();
      const late = stage.playbooks.run(stage.run('change'), hooks, controller.signal);
      await expect(late).rejects.toMatchObject({ code: 'superseded' });
    });

    it('keeps two playbooks off one server', async () => {
      const controller = new AbortController();
      const { hooks, started } = watch();
      const first = stage.playbooks.run(stage.run('hang'), hooks, controller.signal);
      await started;
      const before = stage.ran();
      const second = stage.playbooks.run(stage.run('change'), watch().hooks, never());
      await expect(second).rejects.toMatchObject({ code: 'busy', retry: 'soon' });
      expect(stage.ran()).toBe(before);
      controller.abort();
      await expect(first).rejects.toMatchObject({ code: 'cancelled' });
      // The lock fell with it.
      await stage.playbooks.run(stage.run('data'), watch().hooks, never());
    });

    it('ends a recorded child, and takes one that is gone for ended', async () => {
      const { hooks, started } = watch();
      const run = stage.playbooks.run(stage.run('hang'), hooks, never());
      const ended = expect(run).rejects.toMatchObject({ code: 'timeout' });
      const child = await started;
      await stage.playbooks.end(child, never());
      await ended;
      await stage.playbooks.end(child, never());
      await stage.playbooks.run(stage.run('data'), watch().hooks, never());
    });
  });
}
