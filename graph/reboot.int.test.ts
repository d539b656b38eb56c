import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecoveryStage, type RecoveryStage } from '#test/support/recovery-stage.ts';

const ADDRESS = '10.1.0.1';
let stage: RecoveryStage;
let handle: string;
beforeEach(async () => {
  stage = await createRecoveryStage();
  ({ handle } = await stage.prepared(ADDRESS));
  const stdout = '@@zavhoz:uptime\nup 12 days\n';
  stage.host(ADDRESS).answer = ([program]) =>
    program === 'sh' ? { code: 0, stdout, stderr: '' } : undefined;
});
afterEach(() => stage.close());

const order = async (key = 'k1', more: { delaySeconds?: number } = {}) =>
  (await stage.agent.submit({ kind: 'reboot', target: handle, by: 'tg:111', key, ...more }))
    .operation;
const kinds = async () => (await stage.told()).map(({ kind }) => kind);
const statusOf = async () => (await stage.repositories.servers.require(handle)).status;

describe('a reboot that a human orders', () => {
  it('is asked for once, proven by another boot, and told', async () => {
    const { id } = await order();
    const end = await stage.drive(id);
    expect(end).toMatchObject({ status: 'succeeded', error: null, percent: 100 });
    expect(stage.asked()).toEqual(['reboot']);
    expect(await statusOf()).toBe('in_use');
    expect(await kinds()).toEqual(['reboot_started', 'server_rebooted']);
    const steps = await stage.repositories.operations.steps(id);
    expect(steps.map(({ stepId, status }) => `${stepId} ${status}`)).toEqual([
      ...['confirm-machine done', 'save-evidence done', 'reboot done', 'hand-on done'],
      'verify-recovery done',
    ]);
    const saved = steps.find(({ stepId }) => stepId === 'save-evidence');
    expect(saved?.memo.evidence).toEqual({ uptime: 'up 12 days' });
  });

  it('keeps the evidence with the incident that is open', async () => {
    const { incident } = await stage.repositories.incidents.openWith({
      ...{ type: 'disk_full', serverHandle: handle, severity: 'warning', details: 'full' },
      operationId: null,
    });
    await stage.drive((await order()).id);
    const events = await stage.repositories.incidents.events(incident.id);
    expect(events.some(({ text }) => text === 'evidence saved before reboot')).toBe(true);
  });

  it('fails, and says so, when the same boot goes on', async () => {
    stage.provider.effects.reboot = () => {};
    const end = await stage.drive((await order()).id);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'verification_failed' } });
    expect(stage.asked()).toEqual(['reboot']);
    expect(await kinds()).toEqual(['reboot_started', 'reboot_failed']);
    expect(await statusOf()).toBe('in_use');
  });

  it('fails when the host does not come back, or its services do not', async () => {
    stage.provider.effects.reboot = (address) => {
      stage.host(address).state = 'gone';
    };
    expect(await stage.drive((await order()).id)).toMatchObject({
      ...{ status: 'failed', error: { code: 'unreachable', step: 'reboot' } },
    });
  });

  it('is not proven while a service of it fails', async () => {
    await stage.brokenService(handle, ADDRESS);
    expect(await stage.drive((await order()).id)).toMatchObject({
      ...{ status: 'failed', error: { code: 'verification_failed', step: 'verify-recovery' } },
    });
  });

  it('touches nothing when the provider means another machine', async () => {
    stage.provider.facts = { ipv4: '10.9.9.9' };
    const end = await stage.drive((await order()).id);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'identity_mismatch' } });
    expect(stage.asked()).toEqual([]);
  });

  it('asks a human where the provider cannot do it, and believes only the boot', async () => {
    stage.provider.can = new Set();
    const { id } = await order();
    const parked = await stage.drive(id, ({ inputRequestId }) => inputRequestId !== null);
    stage.provider.effects.reboot(ADDRESS);
    await stage.agent.answer(parked.inputRequestId ?? '', 'tg:111', null);
    expect(await stage.drive(id)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual([]);
  });

  it('joins one that is under way, and is refused beside other work', async () => {
    const first = await order();
    expect(await stage.agent.submit({ kind: 'reboot', target: handle, by: 'b', key: 'k2' }))
      // A second word for the same thing is told of the first.
      .toMatchObject({ outcome: 'joined', operation: { id: first.id } });
    await stage.drive(first.id);
    stage.host(ADDRESS).state = 'gone';
    await stage.incident(handle);
    await expect(order('k3')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('waits for its time, and a cancel before it asks nobody anything', async () => {
    const { id, notBefore } = await order('k1', { delaySeconds: 3600 });
    expect(notBefore).not.toBeNull();
    // The worker's own clock may say what it likes.
    stage.advance(7200);
    await stage.wake(id);
    expect(await stage.repositories.operations.require(id)).toMatchObject({ status: 'queued' });
    expect(await stage.repositories.operations.due(10)).toEqual([]);
    expect(await stage.agent.cancel(id, 'tg:111')).toMatchObject({ status: 'cancelled' });
    await stage.wake(id);
    expect(stage.asked()).toEqual([]);
    expect(await kinds()).toEqual([]);
  });
});

describe('an order to deploy', () => {
  it('is refused with what would be needed', async () => {
    const command = { kind: 'deploy', target: handle, by: 'tg:111', key: 'd' } as const;
    const refusal = { code: 'unsupported', hint: expect.stringContaining('health path') };
    await expect(stage.agent.submit(command)).rejects.toMatchObject(refusal);
    await expect(stage.agent.foresee(command)).rejects.toMatchObject(refusal);
    expect((await stage.repositories.operations.list({}, { offset: 0, limit: 5 })).total).toBe(0);
  });
});
