import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecoveryStage, type RecoveryStage } from '#test/support/recovery-stage.ts';

const ADDRESS = '10.1.0.1';
let stage: RecoveryStage;
beforeEach(async () => {
  stage = await createRecoveryStage();
  await stage.policy({ mode: 'ask' });
});
afterEach(() => stage.close());

async function outage() {
  const { handle } = await stage.prepared(ADDRESS);
  stage.host(ADDRESS).state = 'gone';
  return { handle, ...(await stage.incident(handle)) };
}
const find = (id: string) => stage.repositories.approvals.find(id);
const kinds = async () => (await stage.told()).map(({ kind }) => kind);

describe('in ask', () => {
  it('does nothing until a human says yes, then exactly that', async () => {
    const { operationId, handle } = await outage();
    const question = await stage.question(operationId);
    expect(question).toMatchObject({
      tool: 'server_reboot',
      arguments: { rung: 'reboot' },
      round: 1,
    });
    expect(question.facts).toMatchObject({ server_handle: handle, ip: ADDRESS });
    for (let minute = 0; minute < 5; minute++) await stage.drive(operationId, turns(1));
    expect(stage.asked()).toEqual([]);
    await stage.agent.decide(question.id, 'approve', 'tg:111');
    expect(stage.rung).toContain(operationId);
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual(['reboot']);
    expect(await kinds()).toEqual(['approval_needed', 'incident_resolved']);
  });

  it('asks for every rung anew', async () => {
    stage.provider.effects.reboot = () => {};
    const { operationId } = await outage();
    const first = await stage.question(operationId);
    await stage.agent.decide(first.id, 'approve', 'tg:111');
    await stage.wake(operationId);
    const second = await stage.question(operationId);
    expect(second.arguments).toMatchObject({ rung: 'reset_access' });
    expect(second.why).toContain('reboot (failed)');
    expect(stage.asked()).toEqual(['reboot']);
  });

  it('ends the ladder on a no, and hands over', async () => {
    const { operationId } = await outage();
    const { id } = await stage.question(operationId);
    await stage.agent.decide(id, 'deny', 'tg:111', 'we move it tonight');
    const end = await stage.drive(operationId);
    expect(end.error?.message).toContain('we move it tonight');
    expect(stage.asked()).toEqual([]);
    expect(await kinds()).toEqual(['approval_needed', 'incident_failed']);
  });

  it('expires into a no, asks anew with more weight, and takes no late yes', async () => {
    const { operationId } = await outage();
    const first = await stage.question(operationId);
    stage.advance(3601);
    await stage.drive(operationId, async () => (await find(first.id))?.status === 'expired');
    await expect(stage.agent.decide(first.id, 'approve', 'tg:111')).rejects.toMatchObject({
      code: 'conflict',
    });
    await stage.wake(operationId);
    const second = await stage.question(operationId);
    expect(second).toMatchObject({ round: 2, hash: first.hash });
    expect(second.id).not.toBe(first.id);
    expect(stage.asked()).toEqual([]);
    expect((await stage.told()).map(({ severity }) => severity)).toEqual(['warning', 'critical']);
  });

  it('voids the question, and stops, when the server comes back meanwhile', async () => {
    const { operationId } = await outage();
    const { id } = await stage.question(operationId);
    stage.host(ADDRESS).state = 'up';
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(await find(id)).toMatchObject({ status: 'voided' });
    await expect(stage.agent.decide(id, 'approve', 'tg:111')).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(stage.asked()).toEqual([]);
  });

  it('does not act on a yes whose facts have changed since, and asks anew', async () => {
    const { operationId, handle } = await outage();
    const first = await stage.question(operationId);
    await stage.agent.decide(first.id, 'approve', 'tg:111');
    // The host behind the address is there now, but it refuses: another fact than silence.
    stage.host(ADDRESS).state = 'closed';
    await stage.wake(operationId);
    const second = await stage.question(operationId);
    expect(await find(first.id)).toMatchObject({ status: 'voided' });
    expect(second.facts).toMatchObject({ failing: 'refused', server_handle: handle });
    expect(stage.asked()).toEqual([]);
  });

  it('lets one of two decide', async () => {
    const { operationId } = await outage();
    const { id } = await stage.question(operationId);
    const both = await Promise.allSettled([
      stage.agent.decide(id, 'approve', 'tg:111'),
      stage.agent.decide(id, 'deny', 'tg:222'),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const end = await stage.drive(operationId);
    const yes = both[0]?.status === 'fulfilled';
    expect([end.status, stage.asked()]).toEqual(yes ? ['succeeded', ['reboot']] : ['failed', []]);
  });

  it('ends when somebody closes the incident by hand', async () => {
    const { operationId, incident } = await outage();
    const { id } = await stage.question(operationId);
    await stage.repositories.incidents.update(
      incident.id,
      { status: 'resolved', closedBy: 'tg:111', closeReason: 'by hand' },
      'tg:111',
    );
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(await find(id)).toMatchObject({ status: 'voided' });
    expect(await kinds()).toEqual(['approval_needed']);
  });
});

describe('in observe', () => {
  it('says what it would do, does nothing, and leaves the incident open', async () => {
    await stage.policy({ mode: 'observe' });
    const { operationId, incident, handle } = await outage();
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(await stage.rungs(operationId)).toEqual(['restart skipped', 'reboot would']);
    expect(await stage.repositories.incidents.find(incident.id)).toMatchObject({
      status: 'detected',
    });
    const events = await stage.repositories.incidents.events(incident.id);
    expect(events.map(({ text }) => text)).toContainEqual(expect.stringContaining('would take'));
    expect((await stage.repositories.servers.require(handle)).status).toBe('error');
    expect(stage.asked()).toEqual([]);
    expect(await kinds()).toEqual([]);
  });
});

const turns = (count: number) => {
  let seen = 0;
  return () => seen++ >= count;
};
