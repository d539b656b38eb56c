import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { ProviderFacts } from '#domain/provider.ts';
import { Secret } from '#domain/secret.ts';
import type { Server } from '#domain/server.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createToolCaller } from './execute.ts';
import { serverAwaitTask } from './server/await-task.ts';
import { serverReinstall, serverResetPassword } from './server/start-task.ts';

const facts: ProviderFacts = {
  ref: '1001',
  hostname: null,
  ipv4: '192.0.2.7',
  ipv6: null,
  sshPort: 22,
  label: null,
  state: 'active',
  os: 'debian-12',
  activeTask: null,
  user: 'root',
};

const OWN: Partial<Server> = {
  connection: {
    ipv4: '192.0.2.99',
    ipv6: null,
    family: 'ipv4',
    port: 22,
    user: 'root',
    become: 'none',
    jumpHost: null,
  },
};

function stage(
  over: { facts?: Partial<ProviderFacts>; server?: Partial<Server>; order?: boolean } = {},
) {
  const audit: string[] = [];
  const started: unknown[] = [];
  const saved: Secret[] = [];
  const polls: (OpsError | 'running' | 'done')[] = [];
  const server = {
    handle: 'vps-1001',
    provider: 'time4vps',
    providerRef: '1001',
    care: 'managed',
    handsOff: false,
    status: 'provisioning',
    os: null,
    connection: { ipv4: '192.0.2.7', ipv6: null, family: 'ipv4', port: 22, user: 'root' },
    ...over.server,
  } as Server;
  const provider = {
    facts: async () => ({ ...facts, ...over.facts }),
    systems: async () => [{ id: 'debian-12', title: 'Debian 12' }],
    start: async (_ref: string, action: string, options: unknown) => {
      started.push([action, options]);
      return { id: '5', activated: 'now' };
    },
    task: async () => {
      const next = polls.shift() ?? 'done';
      if (next instanceof OpsError) throw next;
      const password = next === 'done' ? new Secret('fresh') : null;
      return { id: '5', state: next, password, message: '' };
    },
  };
  let time = 0;
  const deps = {
    servers: { require: async () => server },
    audit: { append: async (event: { action: string }) => void audit.push(event.action) },
    credentials: {
      save: async ({ secret }: { secret: Secret }) => {
        saved.push(secret);
        return { id: 'c1' };
      },
    },
    providerOf: () => ({
      provider,
      pace: {
        reset_password: { poll: 5, settle: 0, limit: 60 },
        reinstall: { poll: 5, settle: 0, limit: 60 },
      },
    }),
    clock: {
      now: () => new Date(time),
      sleep: async (ms: number) => {
        time += ms;
      },
    },
    keys: { publicKey: 'ssh-ed25519 AAAA' },
    hostSettings: { reinstallOs: null },
    own: { addresses: new Set(['192.0.2.99']) },
  } as unknown as ToolDeps;
  const stop = new AbortController();
  const tools = createToolCaller(deps, {
    handle: 'vps-1001',
    authority: {
      by: 'api:x',
      operationId: 'o1',
      humanOrder: over.order === false ? null : 'force_rebuild',
    },
    signal: stop.signal,
    progress: async () => {},
    child: async () => {},
  });
  return { tools, audit, started, saved, polls, stop, elapsed: () => time };
}

describe('the door', () => {
  it('audits what it lets through, before and after', async () => {
    const { tools, audit, started } = stage();
    await tools.call(serverReinstall, {});
    expect(started).toEqual([['reinstall', { os: 'debian-12', sshKey: 'ssh-ed25519 AAAA' }]]);
    expect(audit).toEqual(['tool.server_reinstall.started', 'tool.server_reinstall.done']);
  });

  it.each([
    ['no human ordered it', { order: false }, 'approval_required'],
    ['it is not managed', { server: { care: 'watch' as const } }, 'not_managed'],
    ['it is hands_off', { server: { handsOff: true } }, 'hands_off'],
    ['the address is another one', { facts: { ipv4: '192.0.2.8' } }, 'identity_mismatch'],
    ['the id is another one', { facts: { ref: '1002' } }, 'identity_mismatch'],
    ['it is suspended', { facts: { state: 'suspended' as const } }, 'suspended'],
    ['it is where the agent lives', { server: OWN, facts: { ipv4: '192.0.2.99' } }, 'hands_off'],
    ['the provider is busy with it', { facts: { activeTask: 'server_reboot' } }, 'busy'],
  ])('destroys nothing when %s', async (_, over, code) => {
    const { tools, started } = stage(over);
    await expect(tools.call(serverReinstall, {})).rejects.toMatchObject({ code });
    expect(started).toEqual([]);
  });

  it('does nothing once it was stopped, and says why', async () => {
    const { tools, started, stop } = stage();
    stop.abort(new OpsError('cancelled', 'Cancelled by ann.'));
    await expect(tools.call(serverResetPassword, {})).rejects.toMatchObject({
      code: 'cancelled',
      message: 'Cancelled by ann.',
    });
    expect(started).toEqual([]);
  });

  it('refuses bad input, naming the field', async () => {
    const { tools } = stage();
    await expect(
      tools.call(serverAwaitTask, { action: 'dance' as never, task_id: null }),
    ).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('action') });
  });
});

describe('server_await_task', () => {
  it('waits through rate limits and passing faults, and returns no password', async () => {
    const { tools, polls, saved, elapsed } = stage();
    polls.push(
      new OpsError('rate_limited', 'slow down', { retryAfterMs: 24_000 }),
      new OpsError('unavailable', 'reset'),
      'running',
      'done',
    );
    const result = await tools.call(serverAwaitTask, { action: 'reset_password', task_id: '5' });
    expect(result).toEqual({ credential_id: 'c1', message: '' });
    expect(saved.map((secret) => secret.reveal())).toEqual(['fresh']);
    expect(elapsed()).toBe(24_000 + 5000 + 5000);
  });

  it('gives up at its limit, and at once on what will not pass', async () => {
    const late = stage();
    late.polls.push(...Array.from({ length: 50 }, () => 'running' as const));
    await expect(
      late.tools.call(serverAwaitTask, { action: 'reset_password', task_id: '5' }),
    ).rejects.toMatchObject({ code: 'timeout' });
    const wrong = stage();
    wrong.polls.push(new OpsError('upstream_login', 'wrong login'));
    await expect(
      wrong.tools.call(serverAwaitTask, { action: 'reset_password', task_id: '5' }),
    ).rejects.toMatchObject({ code: 'upstream_login' });
  });
});
