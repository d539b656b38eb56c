import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isTerminal, type OperationStatus } from '#domain/operation.ts';
import { createStage, type Stage } from '../e2e/stage.ts';
import { type Asking, CALLS, callsAt, type KillPoint, killEnvironment } from './kill-points.ts';
import { readOperation } from './left-behind.ts';
import { databasesOf, killAll, playbooksOf, processesOf } from './processes.ts';

/** What was seen of one kill and of the restart after it. */
export interface Kill extends KillPoint {
  readonly lane: string;
  /** Provider calls up to the kill, those that must not be repeated counted by kind. */
  readonly calls: Readonly<Record<Asking, number>>;
  readonly otherCalls: number;
  /** Playbooks that outlived the agent. */
  readonly playbooks: number;
  readonly databases: 'taken over' | 'replaced';
}

/** Bounds, not expectations: the machine may be busy with other things. */
const STEP_SECONDS = 300;
const END_SECONDS = 300;
/** Every so often a kill takes PostgreSQL and Redis along. */
const DATABASES_TOO = 5;

export interface LaneOptions {
  readonly name: string;
  /** Steps whose call the provider must see, exactly once. */
  readonly asks: readonly Asking[];
  /** In the order in which the operation passes them. */
  readonly points: readonly KillPoint[];
}

/** One agent with one operation, which is killed again and again on its way to `ready`. */
export interface Lane {
  readonly stage: Stage;
  readonly kills: readonly Kill[];
  /** Kills at every point; `order` starts the operation. Returns when the server is ready. */
  run(order: () => Promise<unknown>): Promise<void>;
  /** Stops the agent as a user does; nothing that it started may be left. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

export async function createLane({ name, asks, points }: LaneOptions): Promise<Lane> {
  const stage = await createStage({
    label: `crash-${name}`,
    machines: 'containers',
    env: { TIME4VPS_MANAGED_SERVER_IDS: '1001' },
  });
  // A rebuild then has to ask twice: what the reinstallation does not tell is reset.
  stage.sim.settings.reinstallPassword = false;
  const dataDir = join(stage.dataDir, 'data');
  const kills: Kill[] = [];

  /** Calls that the provider got, answered or not; of a `task` those that were carried out. */
  const count = (step: Asking, method = 'POST') =>
    stage.sim
      .records()
      .filter((record) => record.method === method && record.action === CALLS[step].action).length;

  const died = async (at: KillPoint, marker: string) => {
    await stage.until(`the agent to die ${at.point} ${at.step}`, STEP_SECONDS, async () => {
      if (stage.hasEnded()) return true;
      const operation = await readOperation(dataDir).catch(() => null);
      if (operation === null || !isTerminal(operation.status as OperationStatus)) return false;
      throw new Error(`never got ${at.point} ${at.step}: ${JSON.stringify(operation)}`);
    });
    if (!existsSync(marker)) throw new Error(`the agent ended before it was killed ${at.point}`);
    await stage.until('the roles to be gone', 10, async () =>
      processesOf(stage.dataDir).every(({ command }) => !command.includes('dist/app/')),
    );
  };

  /** What lies there right after a kill. */
  const look = async (at: KillPoint) => {
    const operation = await readOperation(dataDir);
    // The attempt is reserved once: what was killed goes on, it does not begin anew.
    const claimed = at.step !== 'claim-attempt' || at.point === 'after';
    const expected = { status: 'running', attempt: claimed ? 1 : 0, error: null };
    expect(operation, `${at.point} ${at.step}`).toEqual(expected);
    const calls = { reinstall: count('reinstall'), 'reset-password': count('reset-password') };
    for (const step of Object.keys(CALLS) as Asking[]) {
      const due = asks.includes(step) ? callsAt(at, step) : 0;
      expect(calls[step], `${step} asked when killed ${at.point} ${at.step}`).toBe(due);
    }
    const playbooks = playbooksOf(stage.dataDir);
    if (at.point === 'during') expect(playbooks, 'a playbook outlives the agent').not.toEqual([]);
    const all = stage.sim.records().filter(({ method }) => method !== 'TASK').length;
    return {
      at,
      calls,
      otherCalls: all - calls.reinstall - calls['reset-password'],
      playbooks: playbooks.map(({ pid }) => pid),
      databases: databasesOf(dataDir),
    };
  };

  /** What the restart made of it. */
  const checkResumed = ({ at, playbooks, databases, ...seen }: Look, gone: boolean) => {
    const now = databasesOf(dataDir);
    const kept = databases.map((pid, index) => pid === now[index]);
    expect(kept, `PostgreSQL and Redis after ${at.point} ${at.step}`).toEqual([!gone, !gone]);
    // Ended before its step went on: a playbook never runs beside the one that follows it.
    const live = playbooksOf(stage.dataDir).filter(({ pid }) => playbooks.includes(pid));
    expect(live, `playbooks left by ${at.point} ${at.step}`).toEqual([]);
    kills.push({
      lane: name,
      ...at,
      ...seen,
      playbooks: playbooks.length,
      databases: gone ? 'replaced' : 'taken over',
    });
  };
  type Look = Awaited<ReturnType<typeof look>>;

  return {
    stage,
    kills,
    async run(order) {
      let before: { seen: Look; gone: boolean } | null = null;
      for (const [index, at] of points.entries()) {
        const marker = join(stage.dataDir, `killed-${index}`);
        stage.launch(killEnvironment(at, marker));
        if (index === 0) await order();
        await died(at, marker);
        if (before !== null) checkResumed(before.seen, before.gone);
        const seen = await look(at);
        const gone = index % DATABASES_TOO === DATABASES_TOO - 1;
        if (gone) killAll(seen.databases);
        before = { seen, gone };
      }
      await stage.start();
      await stage.until('the server to be ready', END_SECONDS, async () => {
        const operation = await readOperation(dataDir);
        if (operation?.status === 'running') return false;
        expect(operation).toEqual({ status: 'succeeded', attempt: 1, error: null });
        return true;
      });
      if (before !== null) checkResumed(before.seen, before.gone);
      const { body } = await stage.api('GET', '/api/servers/vps-1001');
      expect(body).toMatchObject({ status: 'ready', provisioning_attempts: 1 });
      for (const step of Object.keys(CALLS) as Asking[]) {
        const due = asks.includes(step) ? 1 : 0;
        expect([count(step), count(step, 'TASK')], `${step} asked and done`).toEqual([due, due]);
      }
    },
    async end() {
      expect(await stage.stop(), 'exit code of the agent').toBe(0);
      expect(processesOf(stage.dataDir), 'processes left over').toEqual([]);
    },
    async remove() {
      killAll(processesOf(stage.dataDir).map(({ pid }) => pid));
      await stage.remove();
    },
  };
}
