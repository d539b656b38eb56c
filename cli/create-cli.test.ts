import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, problem, startFakeApi } from '#test/support/fake-api.ts';
import { runCli } from '#test/support/run-cli.ts';

const SERVER = {
  ...{ handle: 'vps-1001', status: 'ready', care: 'managed', os: 'debian\u001b[31m', group: 'web' },
  ...{ provider: 'time4vps', connection: { address: '192.0.2.1', port: 22 }, labels: { a: 'b' } },
};

describe('the command line', () => {
  let api: Awaited<ReturnType<typeof startFakeApi>>;
  beforeEach(async () => {
    api = await startFakeApi();
  });
  afterEach(() => api.stop());
  const run = (words: string, options = {}) =>
    runCli(words.split(' '), { url: api.url, ...options });
  const last = () => api.calls.at(-1);

  it('lists servers as a table, filtered by the API, without steering the terminal', async () => {
    api.json('GET /api/servers', 200, { items: [SERVER], total: 3, offset: 0, limit: 1 });
    const { code, out } = await run(
      'servers list --status ready error --care managed --label a=b --limit 1',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^HANDLE +STATUS +CARE +ADDRESS/);
    expect(out).toMatch(/vps-1001 +ready +managed +192\.0\.2\.1 +debian \[31m +web/);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('1 of 3');
    expect(last()?.path).toBe(
      '/api/servers?status=ready&status=error&care=managed&label=a%3Db&limit=1',
    );
    expect(last()?.headers.authorization).toBe('Bearer token-of-a-test');
  });

  it('prints JSON wherever --json stands', async () => {
    api.json('GET /api/servers/vps-1001', 200, SERVER);
    for (const words of ['--json servers show vps-1001', 'servers show vps-1001 --json']) {
      const { code, out } = await run(words);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual(SERVER);
    }
  });

  it('changes a server with one PATCH that may be repeated', async () => {
    api.json('PATCH /api/servers/vps-1001', 200, { server: SERVER });
    expect((await run('servers set-care vps-1001 managed')).code).toBe(0);
    expect(last()?.body).toEqual({ care: 'managed' });
    expect(last()?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect((await run('servers set-hands-off vps-1001 on')).code).toBe(0);
    expect(last()?.body).toEqual({ hands_off: true });
    expect((await run('servers set-hands-off vps-1001 maybe')).code).toBe(2);
    expect((await run('servers set-status vps-1001 reserved')).out).toContain('status is reserved');
    expect(last()?.body).toEqual({ status: 'reserved' });
  });

  it('enters a server by hand', async () => {
    api.json('POST /api/servers', 201, SERVER);
    const { code } = await run(
      'servers create rack-7 --ipv4 192.0.2.7 --port 2222 --user admin --become sudo --label env=prod --label team=x',
    );
    expect(code).toBe(0);
    expect(last()?.body).toEqual({
      handle: 'rack-7',
      provider_account: 'manual',
      labels: { env: 'prod', team: 'x' },
      connection: { ipv4: '192.0.2.7', port: 2222, user: 'admin', become: 'sudo' },
    });
  });

  it('closes an incident with its reason only', async () => {
    api.json('PATCH /api/incidents/i-1', 200, {});
    expect((await run('incidents close i-1')).code).toBe(2);
    expect(api.calls).toHaveLength(0);
    expect((await run('incidents close i-1 --reason fixed')).code).toBe(0);
    expect(last()?.body).toEqual({ status: 'resolved', reason: 'fixed' });
  });

  it('prints a new token alone on stdout, and says so when its text was lost', async () => {
    api.json('POST /api/tokens', 201, { id: 't-1', name: 'ci', scope: 'read', token: 'plain-1' });
    const { out, err } = await run('tokens create ci');
    expect(out).toBe('plain-1\n');
    expect(err).toContain('shown this once');
    api.json('POST /api/tokens', 201, { id: 't-1', name: 'ci', scope: 'read', token: null });
    expect(await run('tokens create ci')).toMatchObject({ code: 1, out: '' });
    api.json('DELETE /api/tokens/t-1', 204, null);
    expect(await run('tokens revoke t-1')).toMatchObject({ code: 0, out: 't-1: revoked.\n' });
  });

  it('lets a user in by a whole number', async () => {
    api.json('POST /api/users', 201, {});
    expect((await run('users add 42 --role operator')).code).toBe(0);
    expect(last()?.body).toEqual({ telegram_id: 42, role: 'operator' });
    expect((await run('users add ann')).code).toBe(2);
  });

  describe('answers to operations', () => {
    const request = (kind: string) => ({ id: 'r-1', kind, question: 'What is it?' });

    it('takes a secret unseen from a terminal, else from stdin, never as an argument', async () => {
      api.json('GET /api/input-requests/r-1', 200, request('secret'));
      api.json('POST /api/input-requests/r-1/answer', 200, {});
      const typed = await run('inputs answer r-1', { answers: ['s3cret '] });
      expect(typed).toMatchObject({ code: 0, hidden: [true] });
      expect(last()?.body).toEqual({ secret: 's3cret ' });
      await run('inputs answer r-1', { stdin: 'other\n' });
      expect(last()?.body).toEqual({ secret: 'other' });
      expect((await run('inputs answer r-1')).err).toContain('No secret was given');
      expect((await run('inputs answer r-1 s3cret')).code).toBe(2);
      expect((await run('inputs answer r-1 --done')).code).toBe(2);
    });

    it('says done only on a clear word', async () => {
      api.json('GET /api/input-requests/r-1', 200, request('confirm'));
      api.json('POST /api/input-requests/r-1/answer', 200, {});
      expect((await run('inputs answer r-1', { answers: ['no'] })).code).toBe(2);
      expect((await run('inputs answer r-1')).code).toBe(2);
      expect(last()?.method).toBe('GET');
      expect((await run('inputs answer r-1 --done')).code).toBe(0);
      expect(last()?.body).toEqual({ done: true });
      expect((await run('inputs answer r-1', { answers: ['done'] })).code).toBe(0);
    });
  });

  it('repeats a change whose answer was lost, or that is asked to come later, with the same key', async () => {
    let tries = 0;
    api.on('PATCH /api/servers/vps-1001', (_, response) => {
      tries += 1;
      if (tries === 1) response.destroy();
      else if (tries === 2) problem(response, 503, 'unavailable', 'later', { 'retry-after': '3' });
      else json(response, 200, { server: SERVER });
    });
    const { code, waits } = await run('servers set-care vps-1001 watch');
    expect(code).toBe(0);
    expect(waits).toEqual([1000, 3000]);
    expect(new Set(api.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });
});
