import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewApproval } from '#domain/approval.ts';
import { approvalHash } from '#domain/approval-hash.ts';
import { aRecovery } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const question = (incidentId: string, over: Partial<NewApproval> = {}): NewApproval => ({
  ...{ tool: 'server_reboot', arguments: { rung: 'reboot' }, facts: { ssh: 'silent' } },
  ...{ incidentId, effect: 'Reboot', why: 'No answer', lost: 'Nothing', undo: 'None' },
  ...over,
});
async function asked(over: Partial<NewApproval> = {}) {
  const recovery = await aRecovery(all);
  const request = question(recovery.incident.id, over);
  const ask = (changed: Partial<NewApproval> = {}) =>
    all.approvals.ask(recovery.take, 'choose-rung', recovery.server, { ...request, ...changed });
  return { ...recovery, request, ask, approval: await ask() };
}

describe('approvals', () => {
  it('are asked once per question, and voided when the facts have changed', async () => {
    const { approval, ask, request, operation } = await asked();
    expect(approval).toMatchObject({ ...request, status: 'open', round: 1, decidedBy: null });
    expect(approval.hash).toBe(approvalHash(request));
    expect(approval.expiresAt.getTime() - approval.createdAt.getTime()).toBe(3_600_000);
    expect(await ask()).toEqual(approval);
    const other = await ask({ facts: { ssh: 'refused' } });
    expect(other.id).not.toBe(approval.id);
    expect(await all.approvals.find(approval.id)).toMatchObject({ status: 'voided' });
    expect(await all.approvals.latest(operation.id, 'choose-rung')).toEqual(other);
    expect(await all.approvals.list({ status: 'open' })).toEqual([other]);
  });

  it('are decided once, by the first of two admins', async () => {
    const { approval, incident, operation } = await asked();
    const words = await Promise.allSettled([
      all.approvals.decide(approval.id, 'approve', 'tg:1', null),
      all.approvals.decide(approval.id, 'deny', 'tg:2', 'No'),
    ]);
    expect(words.map((word) => word.status).sort()).toEqual(['fulfilled', 'rejected']);
    const decided = await all.approvals.find(approval.id);
    expect(words.find((word) => word.status === 'rejected')).toMatchObject({
      reason: { code: 'conflict', message: expect.stringContaining(decided?.decidedBy ?? '?') },
    });
    const events = await all.operations.events(operation.id, 0, 50);
    expect(events.filter((event) => event.type === 'approval')).toHaveLength(2);
    const story = await all.incidents.events(incident.id);
    expect(story.at(-1)).toMatchObject({ actor: decided?.decidedBy });
  });

  it('are used once, for what was asked, by one of ten', async () => {
    const { approval, request } = await asked();
    expect(await all.approvals.use(approval.id, approval.hash)).toBe(false);
    await all.approvals.decide(approval.id, 'approve', 'tg:1', null);
    const wrong = approvalHash({ ...request, facts: { ssh: 'answers' } });
    expect(await all.approvals.use(approval.id, wrong)).toBe(false);
    const uses = await Promise.all(
      Array.from({ length: 10 }, () => all.approvals.use(approval.id, approval.hash)),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  it('are not asked again when a human has answered', async () => {
    const { approval, ask } = await asked();
    await all.approvals.decide(approval.id, 'deny', 'tg:1', 'Leave it');
    expect(await ask()).toMatchObject({ id: approval.id, status: 'denied', note: 'Leave it' });
    const approved = await ask({ facts: {} });
    await all.approvals.decide(approved.id, 'approve', 'tg:1', null);
    expect(await ask({ facts: {} })).toMatchObject({ id: approved.id, status: 'approved' });
    await all.approvals.use(approved.id, approved.hash);
    expect(await ask({ facts: {} })).toMatchObject({ status: 'open', round: 1 });
  });

  it('expire after an hour, are refused from then on, and are asked anew more urgently', async () => {
    const { approval, ask, take, operation } = await asked();
    const park = { wakeAt: null, inputRequestId: null, approvalId: approval.id };
    await all.operations.park(take, park);
    expect(await all.operations.due(10)).toEqual([]);
    stage.clock.advance(3600);
    expect(await all.operations.due(10)).toMatchObject([{ id: operation.id }]);
    const late = all.approvals.decide(approval.id, 'approve', 'tg:1', null);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(await all.approvals.expire(stage.clock.now())).toMatchObject([{ id: approval.id }]);
    expect(await all.approvals.expire(stage.clock.now())).toEqual([]);
    expect(await ask()).toMatchObject({ status: 'open', round: 2 });
    stage.clock.advance(3600);
    // Nobody swept meanwhile.
    const third = await ask();
    expect(third).toMatchObject({ status: 'open', round: 3 });
    await all.approvals.decide(third.id, 'approve', 'tg:1', null);
    stage.clock.advance(3600);
    expect(await all.approvals.use(third.id, third.hash)).toBe(false);
    expect(await ask()).toMatchObject({ round: 4 });
  });

  it('wake their operation once decided, and the wait is not its own time', async () => {
    const { approval, take, operation } = await asked();
    const deadline = (await all.operations.require(operation.id)).deadlineAt?.getTime() ?? 0;
    await all.operations.park(take, {
      wakeAt: null,
      inputRequestId: null,
      approvalId: approval.id,
    });
    stage.clock.advance(600);
    await all.approvals.decide(approval.id, 'approve', 'tg:1', null);
    expect(await all.operations.due(10)).toMatchObject([{ approvalId: approval.id }]);
    const again = await all.operations.take(operation.id, 2, 'v1', 10);
    expect(again).toMatchObject({ status: 'running', approvalId: null });
    expect(again.deadlineAt?.getTime()).toBeGreaterThanOrEqual(deadline + 600_000);
  });

  it('are voided one by one, all together, and with their operation', async () => {
    const [a, b, c] = [await asked(), await asked(), await asked()];
    await all.approvals.void(a.approval.id, 'It came back');
    expect(await all.approvals.find(a.approval.id)).toMatchObject({
      ...{ status: 'voided', note: 'It came back' },
    });
    const end = { status: 'failed', error: null, notification: null } as const;
    await all.operations.finish(b.take, end);
    expect(await all.approvals.find(b.approval.id)).toMatchObject({ status: 'voided' });
    expect(await all.approvals.voidAll('A restore')).toMatchObject([{ id: c.approval.id }]);
    const refused = all.approvals.decide(c.approval.id, 'approve', 'tg:1', null);
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    const unknown = all.approvals.decide('x', 'approve', 'tg:1', null);
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });
});
