import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';
import { anApproval } from '#test/fakes/memory-fleet.ts';
import { runCli } from '#test/support/run-cli.ts';

/** Steering and watching, against the API itself over in-memory repositories. */
let stage: Awaited<ReturnType<typeof apiStage>>;
let url: string;
beforeEach(async () => {
  stage = await apiStage();
  await stage.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
});
afterEach(() => stage.app.close());
const run = (words: string | readonly string[], options = {}) =>
  runCli(typeof words === 'string' ? words.split(' ') : words, {
    url,
    env: { ZAVHOZ_TOKEN: stage.tokens.plain.admin },
    ...options,
  });

it.each([
  'approvals list',
  'approvals list --all --server vps-1001',
  'approvals list --status expired',
  'fleet show',
  'fleet freeze --reason racks',
  'fleet rearm',
  'groups list',
  'groups show default',
  'groups create web --mode auto --highest-rung provision --weight 10',
  'groups set default --expect docker=off --expect disk_percent=70,90 --open-ports 8080,8443',
  'maintenance list --all --scope server --target vps-1001',
  'maintenance add --server vps-1001 --for 2h --reason disk',
  'maintenance add --group default --until 2999-01-01T00:00Z --from 2998-12-31T00:00Z --reason x',
  'health vps-1001',
  'health vps-1001 --history --by check --since 24h',
  'report observe --since 7d',
  'servers set-mode vps-1001 observe',
  'servers set-mode vps-1001 group',
  'servers set-rebuildable vps-1001 on',
  'servers set-region vps-1001 fra-1',
  'servers set-region vps-1001 none',
  'servers services vps-1001',
  'servers set-services vps-1001 --http web=https://example.org/up --tls web=443 --tcp db=5432',
])('%s', async (words) => {
  const { code, err, out } = await run(`${words} --json`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(() => JSON.parse(out)).not.toThrow();
});

it.each([
  ['fleet freeze', 2, /--reason/],
  ['groups set default', 2, /Nothing to change/],
  ['groups set default --mode odd', 2, /observe, ask, auto/],
  ['groups set default --expect disk=90', 2, /disk_percent/],
  ['groups set nope --mode ask', 2, /zavhoz groups list/],
  ['groups create default', 1, /taken/],
  ['maintenance add --for 2h --reason x', 2, /--server, --group or --label/],
  ['maintenance add --server vps-1001 --reason x', 2, /--for or --until/],
  ['maintenance add --server vps-1001 --for soon --reason x', 2, /30m, 2h or 7d/],
  ['maintenance end 42', 2, /such thing/],
  ['health vps-9999', 2, /vps-9999/],
  ['report observe --since yesterday', 2, /2026-01-31/],
  ['servers set-mode vps-1001 wild', 2, /observe, ask, auto/],
  ['servers set-services vps-1001 --tcp db=x', 2, /1 to 65535/],
])('%s ends with %i, told clearly', async (words, expected, message) => {
  const { code, err } = await run(words);
  expect(code).toBe(expected);
  expect(err).toMatch(message);
});

describe('approvals', () => {
  it('show what would happen before a yes, and count one decision', async () => {
    const { id } = stage.fleet.approvals.put(anApproval({ effect: 'Reboots vps-1001.' }));
    expect((await run('approvals list')).out).toContain('Reboots vps-1001.');
    const no = await run(`approvals approve ${id}`, { answers: ['no'] });
    expect(no.code).toBe(2);
    expect(no.err).toMatch(/what: Reboots vps-1001\..*lost: What is not on disk/s);
    expect((await stage.fleet.approvals.find(id))?.status).toBe('open');
    const yes = await run(['approvals', 'approve', id, '--note', 'go on'], { answers: ['yes'] });
    expect([yes.code, yes.out]).toEqual([0, `${id}: approved.\n`]);
    expect(await stage.fleet.approvals.find(id)).toMatchObject({
      ...{ status: 'approved', decidedBy: 'api:admin', note: 'go on' },
    });
    const late = await run(`approvals deny ${id}`);
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('approved already')]);
  });

  it('are decided by scripts without a question', async () => {
    const first = stage.fleet.approvals.put(anApproval());
    const second = stage.fleet.approvals.put(anApproval());
    expect((await run(`approvals approve ${first.id}`)).code).toBe(0);
    expect((await run(`approvals deny ${second.id}`)).code).toBe(0);
    expect((await run('approvals list --all')).out).toMatch(/approved.*denied/s);
    expect((await run('approvals list')).out).toBe('none\n');
  });
});

describe('the fleet', () => {
  it('is re-armed after a look at what stopped it', async () => {
    await run(['fleet', 'freeze', '--reason', 'racks are moved']);
    const no = await run('fleet rearm', { answers: ['hm'] });
    expect([no.code, no.err]).toEqual([2, expect.stringContaining('racks are moved')]);
    expect(stage.fleet.state.frozenAt).not.toBeNull();
    expect((await run('fleet rearm', { answers: ['yes'] })).out).toContain('is on');
    expect(stage.fleet.state.frozenAt).toBeNull();
  });
});

describe('what was seen', () => {
  it('is an incident with its timeline', async () => {
    const { id } = await stage.incidents.open({
      ...{ type: 'server_unreachable', serverHandle: 'vps-1001', severity: 'error' },
      ...{ details: 'no answer', operationId: null },
    });
    await stage.incidents.addEvent(id, { actor: 'tg:1', text: 'looking \u001b[31m at it' });
    const { out } = await run(`incidents show ${id}`);
    expect(out).toMatch(/runbook +http.*server_unreachable/);
    expect(out).toMatch(/timeline:\nAT +WHO +WHAT\n.*no answer\n.*tg:1 +looking/);
    expect(out).not.toContain('\u001b');
    const shown = JSON.parse((await run(`incidents show ${id} --json`)).out);
    expect(shown.timeline).toHaveLength(2);
    await stage.incidents.update(id, { status: 'failed' }, 'agent');
    expect((await run(['incidents', 'close', id, '--reason', 'by hand'])).code).toBe(0);
  });

  it('is the health of a server, part by part', async () => {
    const { out } = await run('health vps-1001');
    expect(out).toMatch(/^vps-1001: ok since 2026/);
    expect(out).toContain('uptime 24h 99.5 %, 7d 99.5 %, 30d -');
    expect(out).toMatch(/PART +STATE +REASON\nssh +ok/);
    stage.serverHealth.current = null;
    expect((await run('health vps-1001')).out).toContain('vps-1001: unknown');
  });

  it('is kept as checks of services', async () => {
    await run('servers set-services vps-1001 --http web=https://example.org/up --tls web=443');
    const { out } = await run('servers services vps-1001 --json');
    expect(JSON.parse(out).services).toEqual([
      {
        name: 'web',
        checks: [
          { kind: 'http', url: 'https://example.org/up', expect_status: null },
          { kind: 'tls', port: 443, warn_days: 14, server_name: null },
        ],
      },
    ]);
  });
});
