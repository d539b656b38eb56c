import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { createRecoveryStage, type RecoveryStage } from '#test/support/recovery-stage.ts';

const ADDRESS = '10.1.0.1';
let stage: RecoveryStage;
beforeEach(async () => {
  stage = await createRecoveryStage();
});
afterEach(() => stage.close());

/** A server in use that has just stopped answering, and its recovery. */
async function outage() {
  const { handle } = await stage.prepared(ADDRESS);
  stage.host(ADDRESS).state = 'gone';
  return { handle, ...(await stage.incident(handle)) };
}
const statusOf = async (handle: string) =>
  (await stage.repositories.servers.require(handle)).status;
const incident = (id: string) => stage.repositories.incidents.find(id);
const kinds = async () => (await stage.told()).map(({ kind }) => kind);
const approve = (id: string) => stage.agent.decide(id, 'approve', 'tg:111');

describe('in auto', () => {
  beforeEach(() => stage.policy({ mode: 'auto', highest_rung: 'provision' }));

  it('reboots a server that does not answer, proves that it is back, and says so', async () => {
    const { handle, operationId, ...begun } = await outage();
    expect(await statusOf(handle)).toBe('error');
    const end = await stage.drive(operationId);
    expect(end).toMatchObject({ status: 'succeeded', error: null });
    expect(stage.asked()).toEqual(['reboot']);
    expect(await stage.rungs(operationId)).toEqual(['restart skipped', 'reboot helped']);
    expect(await incident(begun.incident.id)).toMatchObject({ status: 'resolved' });
    expect(await statusOf(handle)).toBe('in_use');
    const told = await stage.told();
    expect(told).toMatchObject([{ kind: 'incident_resolved' }]);
    expect(told[0]?.params).toMatchObject({ server: handle, rungs: 'reboot (helped)' });
  });

  it('climbs rung by rung while nothing helps, never upgrades, and asks before a reinstall', async () => {
    stage.provider.effects.reboot = () => {};
    stage.provider.effects.reset_password = () => {};
    const { handle, operationId, ...begun } = await outage();
    const question = await stage.question(operationId);
    expect(question).toMatchObject({ tool: 'server_reinstall', serverHandle: handle });
    expect(stage.asked()).toEqual(['reboot', 'reset_password']);
    await stage.agent.decide(question.id, 'deny', 'tg:111', 'data on it');
    const end = await stage.drive(operationId);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'approval_required' } });
    expect(stage.asked()).toEqual(['reboot', 'reset_password']);
    expect(await stage.rungs(operationId)).toEqual([
      ...['restart skipped', 'reboot failed', 'reset_access failed', 'provision failed'],
    ]);
    expect(await incident(begun.incident.id)).toMatchObject({ status: 'failed' });
    expect(await statusOf(handle)).toBe('error');
    const told = await stage.told();
    expect(told.map(({ kind }) => kind)).toEqual(['approval_needed', 'incident_failed']);
    expect(told[1]?.params).toMatchObject({
      runbook: 'http://agent.test/runbooks/server_unreachable',
      skipped: expect.stringContaining('restart: SSH does not answer'),
      tried: expect.stringContaining('reboot (failed'),
    });
  });

  it('opens access anew without touching packages when the key is gone', async () => {
    const { handle, operationId } = await outage();
    stage.provider.effects.reboot = () => {
      const host = stage.host(ADDRESS);
      host.authorizedKeys.clear();
      Object.assign(host, { state: 'up', passwordLogin: true });
    };
    const end = await stage.drive(operationId);
    expect(end).toMatchObject({ status: 'succeeded', error: null });
    expect(stage.asked()).toEqual(['reboot', 'reset_password']);
    expect(stage.playbooks.runs.map(({ playbook }) => playbook)).toEqual(['provision_access']);
    expect(await statusOf(handle)).toBe('in_use');
  });

  it('reinstalls on a human word, once, and brings the server back', async () => {
    stage.provider.effects.reboot = () => {};
    stage.provider.effects.reset_password = () => {};
    const { handle, operationId } = await outage();
    const { id } = await stage.question(operationId);
    await approve(id);
    await expect(approve(id)).rejects.toMatchObject({ code: 'conflict' });
    stage.provider.effects.reset_password = (address) => {
      stage.hosts.at(address)?.passwords.set('root', 'fresh');
    };
    const end = await stage.drive(operationId);
    expect(end).toMatchObject({ status: 'succeeded', error: null });
    expect(stage.asked()).toEqual(['reboot', 'reset_password', 'reinstall']);
    expect(await statusOf(handle)).toBe('in_use');
    expect(await stage.repositories.approvals.find(id)).toMatchObject({ status: 'used' });
  });

  it('reinstalls without asking what its owner marked as rebuildable', async () => {
    stage.provider.effects.reboot = () => {};
    stage.provider.effects.reset_password = () => {};
    const { handle, operationId } = await outage();
    await stage.repositories.servers.update(handle, { rebuildable: true }, 'tg:111');
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual(['reboot', 'reset_password', 'reinstall']);
    expect(await kinds()).toEqual(['incident_resolved']);
  });

  it('names what the provider cannot do, and hands over', async () => {
    stage.provider.can = new Set();
    const { operationId } = await outage();
    const end = await stage.drive(operationId);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'attempts_exhausted' } });
    expect(await stage.rungs(operationId)).toEqual([
      ...['restart skipped', 'reboot skipped', 'reset_access skipped'],
      ...['provision skipped', 'reinstall skipped'],
    ]);
    const [told] = await stage.told();
    expect(told?.params).toMatchObject({ skipped: expect.stringContaining('cannot do it') });
  });

  it('stops before its next rung when the server came back by itself', async () => {
    // The reboot does not help; the server is there again before the next rung is chosen.
    stage.provider.effects.reboot = () => {};
    const { operationId, handle } = await outage();
    stage.life.onCall('recoveries.finish', async () => {
      stage.host(ADDRESS).state = 'up';
    });
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual(['reboot']);
    expect(await statusOf(handle)).toBe('in_use');
  });

  it('does nothing to a server that came back before its first rung', async () => {
    const { operationId } = await outage();
    stage.host(ADDRESS).state = 'up';
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual([]);
    expect(await kinds()).toEqual(['incident_resolved']);
  });

  it('reboots nothing for a full disk, a blocked port or a dead service', async () => {
    for (const [index, type] of (['disk_full', 'ssh_blocked', 'service_down'] as const).entries()) {
      const address = `10.2.${index}.1`;
      const { handle } = await stage.prepared(address);
      if (type === 'ssh_blocked') stage.host(address).state = 'closed';
      if (type === 'disk_full') stage.reading.set(address, FULL);
      if (type === 'service_down') await stage.brokenService(handle, address);
      const { operationId } = await stage.incident(handle, type);
      expect(await stage.drive(operationId)).toMatchObject({ status: 'failed' });
    }
    expect(stage.asked()).toEqual([]);
  });

  it('restarts what failed where that is all it takes', async () => {
    const { handle } = await stage.prepared(ADDRESS);
    await stage.brokenService(handle, ADDRESS);
    const restarted: string[] = [];
    stage.host(ADDRESS).answer = (argv) => {
      const line = argv.join(' ');
      if (line.includes('list-units')) {
        return { code: 0, stdout: restarted.length ? '' : 'web.service failed', stderr: '' };
      }
      if (line === 'systemctl restart -- web.service') {
        restarted.push('web.service');
        stage.services.set(ADDRESS, 'ok');
        return { code: 0, stdout: '', stderr: '' };
      }
      return undefined;
    };
    const { operationId } = await stage.incident(handle, 'service_down');
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(restarted).toEqual(['web.service']);
    expect(stage.asked()).toEqual([]);
  });

  it('asks when a neighbour reaches what we do not', async () => {
    const peer = await stage.prepared('10.9.0.1');
    await stage.healthy(peer.id);
    stage.host('10.9.0.1').answer = (argv) =>
      argv.includes(ADDRESS) ? { code: 0, stdout: '', stderr: '' } : undefined;
    const { operationId } = await outage();
    const question = await stage.question(operationId);
    expect(question).toMatchObject({ tool: 'server_reboot' });
    expect(question.why).toContain('DISAGREEMENT');
    expect(stage.asked()).toEqual([]);
  });

  it('does not climb for a suspended server, and tells why', async () => {
    stage.provider.facts = { state: 'suspended' };
    const { operationId, handle } = await outage();
    expect(await stage.drive(operationId)).toMatchObject({
      ...{ status: 'failed', error: { code: 'suspended' } },
    });
    expect(stage.asked()).toEqual([]);
    expect(await kinds()).toEqual(['incident_opened', 'incident_failed']);
    const { items } = await stage.repositories.incidents.list(
      { serverHandle: handle, type: 'suspended' },
      { offset: 0, limit: 5 },
    );
    expect(items).toHaveLength(1);
  });

  it('finds a reboot whose answer was lost, and does not ask for another', async () => {
    stage.provider.lost = 1;
    const { operationId } = await outage();
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual(['reboot']);
  });

  it('leaves out the rungs of a provider whose API stays away, after asking it for a while', async () => {
    stage.provider.down = new OpsError('upstream', 'HTTP 500');
    const { operationId } = await outage();
    const begun = stage.clock.now().getTime();
    expect(await stage.drive(operationId)).toMatchObject({ status: 'failed' });
    expect(stage.clock.now().getTime() - begun).toBeGreaterThan(240_000);
    expect(stage.asked()).toEqual([]);
    const [told] = await stage.told();
    expect(told?.params).toMatchObject({ skipped: expect.stringContaining('does not answer') });
  });

  it('acts on nothing while the fleet is frozen, and goes on after the re-arm', async () => {
    await stage.agent.freeze('tg:111', 'a test');
    const { operationId } = await outage();
    let looks = 0;
    await stage.drive(operationId, () => ++looks > 5);
    expect(stage.asked()).toEqual([]);
    await stage.agent.rearm('tg:111');
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual(['reboot']);
    expect(await kinds()).toEqual(['fleet_frozen', 'fleet_rearmed', 'incident_resolved']);
  });

  it('is stopped at the door by a freeze that came in mid-recovery, and takes the rung later', async () => {
    const { operationId } = await outage();
    let frozen = false;
    stage.life.onCall('recoveries.reserve', async () => {
      if (!frozen) await stage.agent.freeze('tg:111', 'stop');
      frozen = true;
    });
    let looks = 0;
    await stage.drive(operationId, () => frozen && ++looks > 3);
    expect(stage.asked()).toEqual([]);
    expect(await stage.rungs(operationId)).toContain('reboot skipped');
    await stage.agent.rearm('tg:111');
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect(stage.asked()).toEqual(['reboot']);
  });

  it('stays under a reboot on a server that was adopted as it is', async () => {
    stage.provider.effects.reboot = () => {};
    const { operationId, handle } = await outage();
    await stage.repositories.servers.update(handle, { mode: 'auto' }, 'tg:111');
    expect(await stage.drive(operationId)).toMatchObject({ status: 'failed' });
    expect(stage.asked()).toEqual(['reboot']);
    expect((await stage.told())[0]?.params).toMatchObject({
      skipped: expect.stringContaining('reset_access: the server was adopted'),
    });
  });
});

const FULL = { disks: [{ path: '/', spacePercent: 99, inodePercent: 5 }] };
