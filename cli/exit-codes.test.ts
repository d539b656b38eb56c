import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, startFakeApi } from '#test/support/fake-api.ts';
import { runCli } from '#test/support/run-cli.ts';

describe('exit codes', () => {
  let api: Awaited<ReturnType<typeof startFakeApi>>;
  beforeEach(async () => {
    api = await startFakeApi();
  });
  afterEach(() => api.stop());
  const run = (words: string, options = {}) =>
    runCli(words.split(' '), { url: api.url, ...options });
  const last = () => api.calls.at(-1);

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
