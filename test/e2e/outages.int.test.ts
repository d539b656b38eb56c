import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk } from './fault-desk.ts';
import { createMemoryStage, type MemoryStage } from './memory-stage.ts';

const MANAGED = Array.from({ length: 20 }, (_, index) => 1001 + index).join(',');
/** Longer than any connection is patient. */
const DATABASE_AWAY_MS = 30_000;
const QUEUE_AWAY_MS = 30_000;
const FULL_DISK_MS = 6000;

/** What PostgreSQL says when its disk is full, for the checkpoints alone. */
const FILL_DISK = `
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON langgraph.checkpoints FOR EACH ROW EXECUTE FUNCTION no_room();`;
const MAKE_ROOM = `DROP FUNCTION no_room CASCADE`;

describe('what everything stands on goes away', { timeout: 180_000 }, () => {
  let stage: MemoryStage;
  let desk: ReturnType<typeof createDesk>;

  beforeAll(async () => {
    stage = await createMemoryStage({
      TIME4VPS_MANAGED_SERVER_IDS: MANAGED,
      PROVISIONING_MAX_RETRIES: '1', // the wait before a second attempt goes by the database's clock
    });
    desk = createDesk(stage);
    await stage.until('a first sync', 20, async () =>
      stage.sim.records().some(({ action }) => action === 'list'),
    );
  });
  afterAll(() => stage?.remove());

  const sql = async (text: string) => {
    const client = new pg.Client({ connectionString: stage.database.url() });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  const softwareRuns = (handle: string) =>
    stage.playbooks.of(handle).runs.filter(({ playbook }) => playbook === 'provision_software');
  /** Bought, and in the midst of its software playbook, which goes on when it is let. */
  const inTheMidst = async (id: number) => {
    const playbooks = stage.playbooks.of(`vps-${id}`);
    playbooks.hang('provision_software', true);
    const bought = await desk.buy(id);
    await stage.until(
      'the playbook to run',
      60,
      async () => softwareRuns(bought.handle).length > 0,
    );
    return { ...bought, letGo: () => playbooks.hang('provision_software', false) };
  };

  it('a login that the provider refuses loses no server, and an order then fails with the reason', async () => {
    const { handle } = await desk.ready(1001);
    const fault = stage.sim.faults.set({ name: 'wrong_login' });
    await stage.until('failed syncs', 30, async () => {
      return stage.log().split('"sync failed"').length > 4;
    });
    expect(await desk.statusOf(handle)).toBe('ready');
    await desk.rebuild(handle);
    await desk.becomes(handle, 'error');
    const failed = await desk.last(handle);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'upstream_login' } });
    await desk.told('TIME4VPS_LOGIN');
    expect(desk.asked(1001, 'reinstall')).toBe(0);
    stage.sim.faults.clear(fault.id);
    await desk.rebuild(handle);
    await desk.becomes(handle, 'ready');
  });

  it('a host that never answers fails with that reason after its time', async () => {
    const { handle, ip } = await desk.buy(1002);
    const host = stage.hosts.at(ip);
    if (host) host.state = 'gone';
    // The agent's clock runs ahead while it waits for SSH, and only then.
    await stage.until('the attempt to end', 60, async () => {
      const [last] = await desk.operations(handle);
      if (last?.status === 'running' && last.current_step === 'await-host') stage.skip(5);
      return last?.status === 'failed';
    });
    expect(await desk.last(handle)).toMatchObject({ error: { code: 'unreachable' } });
    expect(await desk.statusOf(handle)).toBe('error');
    if (host) host.state = 'up';
    await desk.rebuild(handle);
    await desk.becomes(handle, 'ready');
  });

  it('an operation that passes its deadline ends with a status, and its playbook with it', async () => {
    const { handle, letGo } = await inTheMidst(1003);
    stage.skip(3001);
    await desk.becomes(handle, 'error');
    expect(await desk.last(handle)).toMatchObject({
      status: 'failed',
      error: { code: 'timeout', step: 'install-software' },
    });
    expect(await desk.incidents(handle)).toMatchObject([
      { incident_type: 'provisioning_failed', status: 'detected' },
    ]);
    letGo();
    await desk.rebuild(handle);
    await desk.becomes(handle, 'ready');
  });

  it('Redis goes away: what was accepted meanwhile is done when it is back', async () => {
    const { handle, letGo } = await inTheMidst(1004);
    const other = await desk.ready(1005);
    await stage.queue.kill();
    const accepted = await desk.rebuild(other.handle);
    expect(accepted.status).toBe(202);
    letGo();
    await sleep(QUEUE_AWAY_MS);
    await stage.queue.start();
    await desk.becomes(handle, 'ready');
    await desk.becomes(other.handle, 'ready');
    expect((await desk.last(other.handle)).id).toBe(accepted.body.operation.id);
    expect(desk.asked(1005, 'reinstall')).toBe(1);
  });

  it('PostgreSQL goes away: requests are told so, and what was begun is ended when it is back', async () => {
    const { handle, letGo } = await inTheMidst(1006);
    const before = await desk.last(handle);
    await stage.database.kill();
    letGo();
    const refused = await desk.rebuild('vps-1005');
    expect(refused).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } });
    await sleep(DATABASE_AWAY_MS);
    await stage.database.start();
    await desk.becomes(handle, 'ready', 120);
    expect(await desk.last(handle)).toMatchObject({ id: before.id, attempt: 1 });
    expect(desk.asked(1006, 'reset_password')).toBe(1);
    expect((await desk.rebuild('vps-1005')).status).toBe(202);
    await desk.becomes('vps-1005', 'ready');
  });

  it('a full disk under the checkpoints holds an operation up and does not end it', async () => {
    const { handle, letGo } = await inTheMidst(1007);
    const before = await desk.last(handle);
    await sql(FILL_DISK);
    letGo();
    await sleep(FULL_DISK_MS);
    expect(stage.log()).toContain('No space left on device');
    expect(await desk.statusOf(handle)).toBe('provisioning');
    await sql(MAKE_ROOM);
    await desk.becomes(handle, 'ready', 120);
    expect(await desk.last(handle)).toMatchObject({ id: before.id, attempt: 1 });
  });
});
