import { describe, expect, it } from 'vitest';
import type { StepContext } from '#domain/step.ts';
import type { ProvisionDeps } from '../deps.ts';
import { openAccess } from './open-access.ts';

/** Runs the step on a host that the key opens, or not; gives the credential the playbook went in with. */
async function run(
  access: 'password' | 'key',
  keyOpens: boolean,
  more: object = {},
  notes: Readonly<Record<string, unknown>> = {},
) {
  const left: unknown[] = [];
  const memo = { get: () => notes, put: async (note: unknown) => void left.push(note) };
  const used: unknown[] = [];
  const asked: object[] = [];
  const call = async (
    { name }: { name: string },
    { credential_id, ...others }: { credential_id: unknown },
  ) => {
    if (name === 'server_probe_login') return { outcome: keyOpens ? 'ok' : 'login_refused' };
    used.push(credential_id);
    asked.push(others);
    return { ok: 9, changed: 2 };
  };
  const state = { access, credential_id: 'root-password', ...more };
  const context = { state, memo, tools: { call } };
  const result = await openAccess.run(context as unknown as StepContext<ProvisionDeps>);
  return { used, asked, left, result };
}

describe('open-access', () => {
  it('goes in with the password as long as nothing else opens the host', async () => {
    const { used, left, result } = await run('password', false);
    expect(left).toEqual([{ begun: true }]);
    expect((await run('password', false, {}, { begun: true })).used).toEqual(['root-password']);
    expect(used).toEqual(['root-password']);
    expect(result).toMatchObject({ status: 'done', update: { access: 'key' } });
  });

  it('goes in with the key when a run that was cut short has switched passwords off', async () => {
    expect((await run('password', true, {}, { begun: true })).used).toEqual([null]);
  });

  it('goes in with the key where that was known', async () => {
    expect((await run('key', false)).used).toEqual([null]);
  });

  it('begins the upgrade where one follows; a recovery begins none, its lesser rung nothing', async () => {
    const asked = async (more: object) => (await run('key', true, more)).asked;
    expect(await asked({ rung: null, is_incident_recovery: false })).toEqual([
      { begin: true, upgrade: true },
    ]);
    expect(await asked({ rung: 'provision', is_incident_recovery: true })).toEqual([
      { begin: true, upgrade: false },
    ]);
    expect(await asked({ rung: 'reset_access', is_incident_recovery: true })).toEqual([
      { begin: false, upgrade: false },
    ]);
  });
});
