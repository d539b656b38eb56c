import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecoveryStage, type RecoveryStage } from '#test/support/recovery-stage.ts';

const ADDRESS = '10.1.0.1';
let stage: RecoveryStage;
let handle: string;
beforeEach(async () => {
  stage = await createRecoveryStage();
  ({ handle } = await stage.prepared(ADDRESS));
});
afterEach(() => stage.close());

const rebuild = async (delaySeconds: number, key = 'k') =>
  (
    await stage.agent.submit({
      ...{ kind: 'rebuild', mode: 'reinstall', target: handle, by: 'tg:111' },
      ...{ key, delaySeconds },
    })
  ).operation;
const operation = (id: string) => stage.repositories.operations.require(id);
const statusOf = async () => (await stage.repositories.servers.require(handle)).status;
const isDue = async (id: string) =>
  (await stage.repositories.operations.due(10)).some((one) => one.id === id);

describe('the seconds before an order begins', () => {
  it('are kept by the database, whatever wakes a worker and whatever its clock says', async () => {
    const calls: number[] = [];
    stage.provider.before = () => void calls.push(Date.now());
    const { id, notBefore } = await rebuild(3);
    const start = notBefore?.getTime() ?? 0;
    // The worker's clock is two hours ahead; it is woken without end, as by jobs and sweeps.
    stage.advance(7200);
    let early = 0;
    while (calls.length === 0) {
      const due = await isDue(id);
      if (Date.now() < start) {
        early += 1;
        expect(due).toBe(false);
      }
      await stage.wake(id);
      await wait(20);
    }
    expect(early).toBeGreaterThan(0);
    expect(calls[0]).toBeGreaterThanOrEqual(start);
    expect(await stage.drive(id)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()[0]).toBe('reinstall');
  });

  it('outlive a queue that has forgotten everything: the sweeper finds what is due', async () => {
    const { id } = await rebuild(1);
    expect(await isDue(id)).toBe(false);
    while (!(await isDue(id))) await wait(20);
    expect((await operation(id)).notBefore?.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('are a time in which a cancel costs nothing, and puts the server back', async () => {
    expect(await statusOf()).toBe('in_use');
    const { id } = await rebuild(600);
    expect(await statusOf()).toBe('force_rebuild');
    await stage.wake(id);
    expect(await stage.agent.cancel(id, 'tg:111')).toMatchObject({ status: 'cancelled' });
    expect(await statusOf()).toBe('in_use');
    await stage.wake(id);
    expect(stage.asked()).toEqual([]);
    expect(stage.playbooks.runs).toEqual([]);
    await expect(stage.agent.cancel(id, 'tg:111')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('end at once also when the one who said stop died before the end was written', async () => {
    const { id } = await rebuild(600);
    await stage.repositories.operations.requestStop(id, 'cancel', 'tg:111');
    expect(await isDue(id)).toBe(true);
    await stage.wake(id);
    expect((await operation(id)).status).toBe('cancelled');
    expect(await statusOf()).toBe('in_use');
  });

  it('do not count as time in which it lay untouched', async () => {
    const { id, createdAt } = await rebuild(600);
    const later = (seconds: number) => new Date(createdAt.getTime() + seconds * 1000);
    await stage.repositories.operations.addUnattended(createdAt, later(500));
    expect((await operation(id)).unattendedSeconds).toBe(0);
    await stage.repositories.operations.addUnattended(createdAt, later(700));
    const { unattendedSeconds } = await operation(id);
    expect(unattendedSeconds).toBeGreaterThan(90);
    expect(unattendedSeconds).toBeLessThan(110);
  });

  it('are told in the first event, and belong to the request', async () => {
    const { id } = await rebuild(30);
    const [first] = await stage.repositories.operations.events(id, 0, 1);
    expect(first?.text).toBe('Rebuild (reinstall) accepted: it starts in 30 s');
    await expect(rebuild(0)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect((await rebuild(30)).id).toBe(id);
  });
});
