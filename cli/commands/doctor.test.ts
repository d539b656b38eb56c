import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeApi } from '#test/support/fake-api.ts';
import { runCli } from '#test/support/run-cli.ts';

describe('doctor', () => {
  let api: Awaited<ReturnType<typeof startFakeApi>>;
  let dir: string;
  beforeEach(async () => {
    api = await startFakeApi();
    dir = mkdtempSync(join(tmpdir(), 'zavhoz-doctor-'));
  });
  afterEach(async () => {
    await api.stop();
    rmSync(dir, { recursive: true });
  });

  it("prints the API's report and what to do, and ends with 1 when something failed", async () => {
    const ok = { name: 'database', status: 'ok', detail: '18.4', hint: null };
    const off = { name: 'telegram', status: 'off', detail: 'not configured', hint: null };
    api.json('GET /api/doctor', 200, { ok: true, checks: [ok, off] });
    expect((await runCli(['doctor'], { url: api.url })).code).toBe(0);
    const bad = { name: 'clock', status: 'failed', detail: '90 s off', hint: 'Start chrony.' };
    api.json('GET /api/doctor', 200, { ok: false, checks: [ok, bad] });
    const { code, out, err } = await runCli(['doctor'], { url: api.url });
    expect(code).toBe(1);
    expect(out).toMatch(/FAILED +clock +90 s off\n +→ Start chrony\./);
    expect(err).toContain('Not in order: clock.');
  });

  it('looks at this machine itself when the API does not run', async () => {
    await api.stop();
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'ansible-playbook'), '#!/bin/sh\n', { mode: 0o755 });
    const data = join(dir, 'data');
    mkdirSync(data, { mode: 0o755 });
    const env = { PATH: bin, ZAVHOZ_DATA_DIR: data };
    const { code, out } = await runCli(['doctor', '--json'], { url: api.url, env });
    expect(code).toBe(1);
    const { checks } = JSON.parse(out) as { checks: { name: string; status: string }[] };
    const status = Object.fromEntries(checks.map((check) => [check.name, check.status]));
    expect(status).toMatchObject({
      api: 'failed',
      node: 'ok',
      'ansible-playbook': 'ok',
      data: 'warning',
      port: 'failed',
    });
    api = await startFakeApi();
  });
});
