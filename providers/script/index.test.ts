import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toOpsError } from '#domain/errors.ts';
import { HEALTHY, stageScripts } from '#test/builders/script-stage.ts';
import { script } from './index.ts';

const REQUEST = {
  contract_id: 'c-1',
  offering: { id: 'small', cpu_cores: 2, memory_gb: 4, storage_gb: 40, bandwidth_mbps: 100 },
  requester_ssh_pubkey: 'ssh-ed25519 AAAA agent',
  instance_config: { hostname: 'web-1' },
};

describe('the programs of the script provider', () => {
  const signal = new AbortController().signal;
  let at: ReturnType<typeof stageScripts>;
  beforeEach(() => {
    at = stageScripts();
  });
  afterEach(() => rmSync(at.dir, { recursive: true, force: true }));
  const failure = async (work: Promise<unknown>) => {
    const error = await work.then(() => null, toOpsError);
    expect(error).not.toBeNull();
    return error;
  };

  it('provision gets the request on stdin and tells of the instance', async () => {
    const instance = {
      external_id: 'node-9',
      ipv6_address: '2001:db8::9',
      root_password: 's#1 "x',
    };
    at.answer('provision', { success: true, instance });
    const made = await at.provider.provision(REQUEST, signal);
    expect(at.asked('provision')).toEqual({ action: 'provision', ...REQUEST });
    expect(made).toMatchObject({ ref: 'node-9', ipv4: null, ipv6: '2001:db8::9', sshPort: 22 });
    expect(made.password?.reveal()).toBe('s#1 "x');
    expect(`${JSON.stringify(made)} ${at.log.lines.join()}`).not.toContain('s#1');
  });

  it('terminate and health_check are told of the server', async () => {
    await at.provider.terminate({ contract_id: 'c-1', external_id: 'node-1' }, signal);
    const target = { contract_id: 'c-1', external_id: 'node-1' };
    expect(at.asked('terminate')).toEqual({ action: 'terminate', ...target });
    expect(await at.provider.facts('node-1', signal)).toMatchObject({
      ipv4: '192.0.2.1',
      sshPort: 2222,
      state: 'active',
      activeTask: null,
      region: null,
    });
    expect(at.asked('health_check')).toEqual({ action: 'health_check', external_id: 'node-1' });
  });

  it.each([
    [{ success: false, error: 'quota', retry_possible: true }, 0, 'upstream', 'later'],
    [{ success: false, error: 'quota' }, 1, 'upstream', 'no'],
    [{ success: false, error: 'gone', code: 'not_found' }, 3, 'not_found', 'no'],
    [{ success: false, error: 'wait', code: 'busy', retry_possible: true }, 1, 'busy', 'later'],
    [{ success: true }, 0, 'unknown_outcome', 'look'],
    [
      { success: true, instance: { external_id: 'a', ip_address: '192.0.2.9' } },
      1,
      'unknown_outcome',
      'look',
    ],
    [{ success: true, instance: { external_id: 'a' } }, 0, 'unknown_outcome', 'look'],
    [
      { success: true, instance: { external_id: '../x', ip_address: '192.0.2.9' } },
      0,
      'unknown_outcome',
      'look',
    ],
    [{ success: 'yes' }, 0, 'unknown_outcome', 'look'],
    [[], 0, 'unknown_outcome', 'look'],
  ] as const)('the answer %j with exit code %i is %s', async (answer, code, expected, retry) => {
    at.answer('provision', answer, code);
    const error = await failure(at.provider.provision(REQUEST, signal));
    expect(error).toMatchObject({ code: expected, retry });
  });

  it('no answer, a crash and too much output are told apart, and a health check is only read', async () => {
    const cases = [
      ['exit 0', /printed no answer/],
      ['echo oops >&2; exit 7', /exit code 7/],
      ['kill -9 $$', /ended by a signal/],
      ['head -c 100000 /dev/zero', /more than 65536 bytes/],
    ] as const;
    for (const [body, message] of cases) {
      at.write('health_check', body);
      const error = await failure(at.provider.facts('node-1', signal));
      expect(error).toMatchObject({ code: 'upstream', message: expect.stringMatching(message) });
      at.write('provision', body);
      expect((await failure(at.provider.provision(REQUEST, signal)))?.code).toBe('unknown_outcome');
    }
  });

  it('a program past its deadline ends with its children', async () => {
    const slow = stageScripts(1);
    const pid = join(slow.dir, 'pid');
    slow.write('terminate', `sleep 300 & echo $! > ${pid}; wait`);
    const target = { contract_id: 'c-1', external_id: 'node-1' };
    const error = await failure(slow.provider.terminate(target, signal));
    expect(error).toMatchObject({ code: 'unknown_outcome' });
    expect(error?.message).toContain('within 1 s');
    const child = readFileSync(pid, 'utf8').trim();
    const state = existsSync(`/proc/${child}/stat`)
      ? readFileSync(`/proc/${child}/stat`, 'utf8').split(' ')[2]
      : 'gone';
    expect(['gone', 'Z']).toContain(state);
    rmSync(slow.dir, { recursive: true });
  });

  it('hides what looks like a secret in errors and stderr', async () => {
    at.write('health_check', 'echo "api_key=letmein password: \\"letmein\\"" >&2; exit 1');
    const error = await failure(at.provider.facts('node-1', signal));
    expect(error?.details.stderr).toContain('***');
    expect(JSON.stringify(error?.details)).not.toContain('letmein');
  });

  it('tells where a server stands, when its program does', async () => {
    const instance = { external_id: 'node-1', ip_address: '192.0.2.1', region: 'fra-1' };
    at.answer('health_check', { ...HEALTHY, instance });
    expect((await at.provider.facts('node-1', signal)).region).toBe('fra-1');
  });

  it('an answer about another server is refused', async () => {
    const instance = { external_id: 'node-2', ip_address: '192.0.2.2' };
    at.answer('health_check', { ...HEALTHY, instance });
    expect((await failure(at.provider.facts('node-1', signal)))?.code).toBe('upstream');
  });

  it('check names the program that cannot be executed', async () => {
    chmodSync(at.settings.terminate, 0o644);
    const error = await failure(at.provider.check(signal));
    expect(error?.hint).toContain(`chmod +x ${at.settings.terminate}`);
  });

  it('a program without its siblings is named by its setting', () => {
    const settings = script.fromEnv({ SCRIPT_TERMINATE: '/t' });
    const messages = script.settings.safeParse(settings).error?.issues.map((it) => it.message);
    expect(messages).toEqual([
      'SCRIPT_PROVISION is required beside the other programs',
      'SCRIPT_HEALTH_CHECK is required beside the other programs',
    ]);
    expect(script.fromEnv({ SCRIPT_PROVISION: '' })).toBeNull();
  });
});
