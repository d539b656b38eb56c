import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  describe('exit codes', () => {
    it.each([
      [401, 2],
      [403, 2],
      [404, 2],
      [422, 2],
      [409, 1],
      [500, 1],
      [502, 1],
    ])('a problem of status %i ends with %i', async (status, expected) => {
      api.on('GET /api/servers/vps-1001', (_, response) =>
        problem(response, status, 'some_code', 'A clear sentence.'),
      );
      const { code, err } = await run('servers show vps-1001');
      expect(code).toBe(expected);
      expect(err).toMatch(/^error: A clear sentence\.\n/);
      const told = await run('servers show vps-1001 --json');
      expect(JSON.parse(told.err).error).toMatchObject({ code: 'some_code', exit_code: expected });
    });

    it.each([
      ['servers', 2],
      ['servers frobnicate', 2],
      ['servers show', 2],
      ['servers list --status odd', 2],
      ['servers create x --port 0', 2],
      ['--help', 0],
      ['servers --help', 0],
    ])('"%s" ends with %i', async (words, expected) => {
      expect((await run(words)).code).toBe(expected);
      expect(api.calls).toHaveLength(0);
    });

    it('says that the API does not run', async () => {
      await api.stop();
      const { code, err } = await run('servers list');
      expect(code).toBe(2);
      expect(err).toMatch(/does not run at http.*npm start/s);
      api = await startFakeApi();
    });

    it.each(['localhost:8000', 'ftp://127.0.0.1', 'nonsense'])(
      'says that %s is no address of an API',
      async (url) => {
        const { code, err } = await run(`--url ${url} servers list`);
        expect(code).toBe(2);
        expect(err).toContain('ZAVHOZ_URL');
      },
    );

    it('says that there is no token, and where it looked', async () => {
      const { code, err } = await run('servers list', {
        env: { ZAVHOZ_TOKEN: '', ZAVHOZ_DATA_DIR: '/nonexistent/data' },
      });
      expect(code).toBe(2);
      expect(err).toContain('/nonexistent/data/api-token');
    });

    it('reads the token file of the data directory', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'zavhoz-cli-'));
      writeFileSync(join(dir, 'api-token'), 'from-the-file\n');
      api.json('GET /api/servers', 200, { items: [], total: 0 });
      const env = { ZAVHOZ_TOKEN: '', ZAVHOZ_DATA_DIR: dir };
      expect(await run('servers list', { env })).toMatchObject({ code: 0, out: 'none\n' });
      expect(last()?.headers.authorization).toBe('Bearer from-the-file');
      rmSync(dir, { recursive: true });
    });

    it('is not taken in by a server that is not Zavhoz, nor led elsewhere', async () => {
      api.on('GET /api/servers', (_, response) => response.end('<html>'));
      expect(await run('servers list')).toMatchObject({ code: 2 });
      api.on('GET /api/servers', (_, response) => {
        response.writeHead(302, { location: `${api.url}/elsewhere` }).end();
      });
      expect(await run('servers list')).toMatchObject({ code: 1 });
      expect(last()?.path).toBe('/api/servers?limit=100');
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
