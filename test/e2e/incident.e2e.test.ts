import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hosts } from '#simulators/hosts/hosts.ts';
import { describeRealHosts } from '../support/real-hosts.ts';
import { createMainDesk, type MainDesk } from './main-desk.ts';
import { createStage, type Stage } from './stage.ts';
import { createStranger } from './stranger.ts';

interface WireIncident {
  readonly id: string;
  readonly incident_type: string;
  readonly status: string;
}
interface WireEvent {
  readonly text: string;
}

/** As a broken disk leaves it: the agent's key is gone, so a reboot alone does not help. */
const LOSE_THE_KEY = 'rm -f /root/.ssh/authorized_keys /etc/ssh/sshd_config.d/00-zavhoz.conf; sync';
const MARKER = 'echo kept > /root/marker; mkdir -p /srv/data; echo data > /srv/data/file';

describeRealHosts('scenario 3: an incident on a real host', () => {
  let stage: Stage;
  let hosts: Hosts;
  let desk: MainDesk;
  let incident: WireIncident;
  let bootBefore: string;

  beforeAll(async () => {
    stage = await createStage({
      label: 'e2e-incident',
      machines: 'containers',
      env: { TIME4VPS_MANAGED_SERVER_IDS: '1001', HEALTH_CHECK_INTERVAL: '10' },
    });
    if (stage.hosts === null) throw new Error('this stage has real hosts');
    hosts = stage.hosts;
    desk = createMainDesk(stage, hosts);
    await stage.start();
    await stage.until('a first sync', 30, async () =>
      stage.sim.records().some(({ action, outcome }) => action === 'list' && outcome === 'ok'),
    );
    await stage.sim.addServer();
    await stage.until('vps-1001 to be ready', 600, () => desk.settled('vps-1001'));
    const group = await stage.api('PATCH', '/api/groups/default', {
      mode: 'auto',
      highest_rung: 'provision',
      // A container shows the load of the machine that runs these tests.
      expectations: { load_percent: [1e6, 1e6] },
    });
    expect(group).toMatchObject({ status: 200, body: { mode: 'auto', highest_rung: 'provision' } });
    const used = await stage.api('PATCH', '/api/servers/vps-1001', { status: 'in_use' });
    expect(used.status).toBe(200);
    await desk.inside(1001, MARKER);
    bootBefore = await hosts.bootId('1001');
  });
  afterAll(() => stage?.remove());

  const asked = (action: string) =>
    stage.sim.records().filter((one) => one.method === 'POST' && one.action === action).length;

  it('is checked while it is well, and nothing opens', async () => {
    await stage.until('a first check', 60, async () => {
      const { body } = await stage.api('GET', '/api/servers/vps-1001');
      return body.last_health_check !== null;
    });
    const { body } = await stage.api<{ total: number }>('GET', '/api/incidents/active');
    expect(body.total).toBe(0);
  });

  it('opens an incident once the host is gone', async () => {
    await desk.inside(1001, LOSE_THE_KEY);
    await hosts.kill('1001');
    incident = await stage.until('the incident', 120, async () => {
      const { body } = await stage.api<{ items: WireIncident[] }>(
        'GET',
        '/api/servers/vps-1001/incidents',
      );
      return body.items.find(({ incident_type }) => incident_type === 'server_unreachable');
    });
    const { body } = await stage.api('GET', '/api/servers/vps-1001');
    expect(['error', 'provisioning']).toContain(body.status);
  });

  it('brings it back by reboot, password reset and Ansible, and resolves', async () => {
    await stage.until('the incident to be resolved', 600, async () => {
      const { body } = await stage.api<WireIncident>('GET', `/api/incidents/${incident.id}`);
      if (body.status === 'failed') throw new Error(JSON.stringify(await timeline()));
      return body.status === 'resolved';
    });
    expect(asked('reboot')).toBe(1);
    expect(asked('reset_password')).toBe(2); // once when it was prepared, once now
    expect(asked('reinstall')).toBe(0);
    expect(await hosts.bootId('1001')).not.toBe(bootBefore);
    expect(await desk.inside(1001, 'cat /root/marker /srv/data/file')).toBe('kept\ndata\n');
    await stage.until('the server to be in use again', 30, async () => {
      const { body } = await stage.api('GET', '/api/servers/vps-1001');
      return body.status === 'in_use';
    });
  });

  it('is as safe as before, for a stranger', async () => {
    const key = await readFile(join(stage.dataDir, 'data/keys/orchestrator_ed25519'), 'utf8');
    await desk.judge(await createStranger(hosts, key), 1001);
  });

  it('was told once, and its timeline says what was done', async () => {
    const about = () =>
      desk.screen().filter((message) => /does not answer|well again/.test(message));
    const isOver = () => /^✅ vps-1001: does not answer\.[\s\S]*Over after/.test(about()[0] ?? '');
    await stage.until('the last state of the card', 30, async () => about().length > 1 && isOver());
    expect(about()).toEqual([
      expect.stringMatching(/reboot \([\s\S]*Over after/),
      expect.stringMatching(/^✅ vps-1001 is well again\. It was: does not answer\./),
    ]);
    const sent = stage.telegram.calls
      .filter(({ method }) => method === 'sendMessage')
      .map(({ payload }) => String(payload.text));
    expect(sent.filter((text) => /^(🚨|❌|⚠️)/.test(text))).toEqual([
      expect.stringMatching(/^🚨 <b>vps-1001<\/b>: does not answer\./),
    ]);
    const said = (await timeline()).map(({ text }) => text).join('\n');
    for (const word of [/evidence/i, /reboot/i, /reset_access/]) expect(said).toMatch(word);
    expect(stage.telegram.problems).toEqual([]);
  });

  const timeline = async () =>
    (await stage.api<{ items: WireEvent[] }>('GET', `/api/incidents/${incident.id}/events`)).body
      .items;
});
