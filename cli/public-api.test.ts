import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorReport } from '#api/deps.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiOperation } from '#test/fakes/api-operations.ts';
import { runCli } from '#test/support/run-cli.ts';

/** The commands against the API itself, over in-memory repositories: words and forms agree. */
describe('the command line and the real API', () => {
  let stage: Awaited<ReturnType<typeof apiStage>>;
  let url: string;
  beforeEach(async () => {
    stage = await apiStage();
    await stage.app.listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
  });
  afterEach(() => stage.app.close());
  const run = (words: string, options = {}) =>
    runCli(words.split(' '), {
      url,
      env: { ZAVHOZ_TOKEN: stage.tokens.plain.admin },
      ...options,
    });

  it.each([
    'servers list --status ready --care managed --provider time4vps --group default --label a=b --search x --limit 5 --offset 0',
    'servers show vps-1001',
    'servers create rack-7 --ipv4 192.0.2.7 --port 2222 --user admin --become sudo --family ipv4 --care watch --group web --label env=prod --region fra-1 --notes x',
    'servers set-care vps-1001 watch',
    'servers set-hands-off vps-1001 on',
    'servers set-status vps-1001 maintenance',
    'servers rebuild vps-1001 --reset --yes',
    'operations list --server vps-1001 --status running failed --kind rebuild',
    'incidents list --active --server vps-1001 --type server_unreachable',
    'inputs list',
    'inputs list --all',
    'users add 42 --role operator --username ann',
    'users list --limit 10',
    'users pair --role operator --for 2h',
    'users pair',
    'tokens list',
    'audit vps-1001 --actor agent --action server --since 7d --limit 5',
    'tokens create ci --scope operate',
    'doctor',
  ])('%s', async (words) => {
    const { code, err } = await run(`${words} --json`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it.each([
    ['servers show vps-9999', /vps-9999.*"zavhoz servers list"/s],
    ['servers set-care vps-1001 lots', /none, watch, managed/],
    ['servers set-status vps-1001 sparkling', /force_rebuild/],
    ['operations show 42', /such thing/],
    ['users show 43', /43/],
  ])('%s is wrong use, told clearly', async (words, message) => {
    const { code, err } = await run(words);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('an illegal move is refused with the legal ones', async () => {
    const { code, err } = await run('servers set-status vps-1001 provisioning');
    expect(code).toBe(1);
    expect(err).toContain('Legal from');
  });

  it('a wrong token is told as such', async () => {
    const { code, err } = await run('servers list', { env: { ZAVHOZ_TOKEN: 'not-a-token' } });
    expect(code).toBe(2);
    expect(err).toMatch(/valid API token.*ZAVHOZ_TOKEN/s);
  });

  it('shows the preview, starts the rebuild and follows it to its end', async () => {
    const before = stage.agent.before;
    stage.agent.before = async (command) => {
      await before(command);
      setTimeout(async () => {
        const { items } = await stage.operations.list({}, { offset: 0, limit: 1 });
        const id = items[0]?.id ?? '';
        stage.operations.emit(id, {
          type: 'step',
          step: 'reinstall',
          state: 'done',
          text: 'Reinstall',
        });
        stage.operations.emit(id, {
          type: 'status',
          status: 'succeeded',
          text: 'ready',
          percent: 100,
        });
      }, 20);
    };
    const { code, out, err } = await run('rebuild vps-1001 --follow', { answers: ['vps-1001'] });
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(err).toContain('Accepted');
    expect(err).toContain('reinstall vps-1001');
    expect(out).toContain('vps-1001 is ready.');
  });

  it('follows, shows and cancels an operation', async () => {
    const { id } = stage.operations.put(apiOperation());
    expect((await run(`operations cancel ${id}`)).code).toBe(0);
    expect((await run(`operations show ${id}`)).out).toContain(id);
    stage.operations.emit(id, { type: 'status', status: 'cancelled', text: 'stopped' });
    const { code, err } = await run(`operations follow ${id}`);
    expect(code).toBe(1);
    expect(err).toContain('cancelled');
  });

  it('takes and closes an incident', async () => {
    const incident = await stage.incidents.open({
      type: 'server_unreachable',
      serverHandle: 'vps-1001',
      severity: 'error',
      details: 'no answer',
      operationId: null,
    });
    expect((await run(`incidents show ${incident.id}`)).out).toContain('no answer');
    expect((await run(`incidents take ${incident.id} ann`)).code).toBe(0);
    expect((await run(`incidents close ${incident.id} --reason fixed`)).code).toBe(0);
    expect((await run(`incidents close ${incident.id} --reason fixed`)).code).toBe(1);
  });

  it('revokes a token that it made', async () => {
    const made = JSON.parse((await run('tokens create ci --json')).out);
    expect((await run(`tokens revoke ${made.id}`)).code).toBe(0);
    expect((await run('servers list', { env: { ZAVHOZ_TOKEN: made.token } })).code).toBe(2);
  });

  it('changes roles, keeps the last owner unless told twice, and removes', async () => {
    for (const id of [1, 2]) await run(`users add ${id} --role owner`);
    expect((await run('users set-role 2 operator')).out).toBe('2: operator.\n');
    const refused = await run('users remove 1 --yes');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--even-last-owner') });
    expect((await run('users set-role 1 viewer')).code).toBe(1);
    const answers = ['2'];
    expect((await run('users remove 1 --even-last-owner', { answers })).code).toBe(2);
    expect((await run('users remove 1 --even-last-owner --yes')).out).toBe('1: removed.\n');
    expect(JSON.parse((await run('users show 1 --json')).out)).toMatchObject({ role: null });
    expect((await run('users remove 77 --yes')).code).toBe(2);
    expect((await run('users set-role 2 king')).code).toBe(2);
  });

  it('pairs a new owner while there is one, by a code for the chat', async () => {
    await run('users add 1 --role owner');
    const { out, err } = await run('users pair');
    expect(out).toMatch(/^\/start [A-Z2-9]{10}\n$/);
    expect(err).toContain('role owner');
  });

  it('makes tokens that stand for a person, up to their role', async () => {
    await run('users add 1 --role operator');
    expect((await run('tokens create a --scope admin --for 1')).err).toMatch(
      /Choose scope operate/,
    );
    const made = JSON.parse((await run('tokens create a --scope operate --for 1 --json')).out);
    expect(made).toMatchObject({ owner_id: 1, scope: 'operate' });
    expect((await run('tokens create b --for nobody')).code).toBe(2);
  });

  it('reads the report of the doctor', async () => {
    const report: DoctorReport = await stage.doctor();
    expect((await run('doctor')).out).toContain(report.checks[0]?.detail);
  });
});
