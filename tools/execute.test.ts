import { describe, expect, it } from 'vitest';
import type { Approval } from '#domain/approval.ts';
import { OpsError } from '#domain/errors.ts';
import type { FleetState } from '#domain/fleet.ts';
import type { GroupPolicy } from '#domain/group.ts';
import type { ProviderFacts } from '#domain/provider.ts';
import type { RungRecord } from '#domain/recovery.ts';
import { Secret } from '#domain/secret.ts';
import type { Server } from '#domain/server.ts';
import type { RecoveryPermit } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createToolCaller } from './execute.ts';
import { serverAwaitTask } from './server/await-task.ts';
import { serverReboot, serverReinstall, serverResetPassword } from './server/start-task.ts';

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

const CALM = { frozenAt: null, breakerOpenAt: null, blindSince: null };
const RECORD = { operationId: 'o1', rung: 'reboot', outcome: 'running', permit: 'auto' };
const APPROVAL = { operationId: 'o1', status: 'used', arguments: { rung: 'reinstall' } };
const REBOOT: RecoveryPermit = { rung: 'reboot', word: 'auto', approvalId: null, recordId: 'r1' };
const WIPE: RecoveryPermit = {
  ...{ rung: 'reinstall', word: 'approval', approvalId: 'a1', recordId: 'r1' },
};
const WIPES = { rung: 'reinstall', permit: 'approval:a1' } as const;
const MARKED = { ...WIPE, word: 'rebuildable', approvalId: null } as const;

function stage(
  over: {
    facts?: Partial<ProviderFacts>;
    server?: Partial<Server>;
    order?: boolean;
    permit?: RecoveryPermit;
    fleet?: Partial<FleetState>;
    record?: Partial<RungRecord>;
    approval?: Partial<Approval>;
    policy?: Partial<GroupPolicy>;
  } = {},
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
    hosts: { drop() {} },
    fleet: { state: async () => ({ ...CALM, ...over.fleet }) },
    groups: {
      require: async () => ({ policy: { mode: 'auto', highest_rung: 'reboot', ...over.policy } }),
    },
    recoveries: { find: async () => ({ ...RECORD, ...over.record }) },
    approvals: { find: async () => ({ ...APPROVAL, ...over.approval }) },
  } as unknown as ToolDeps;
  const stop = new AbortController();
  const tools = createToolCaller(deps, {
    handle: 'vps-1001',
    authority: {
      by: 'api:x',
      operationId: 'o1',
      humanOrder: over.order === false || over.permit ? null : 'force_rebuild',
      permit: over.permit ?? null,
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

describe('the door, for a recovery', () => {
  const now = new Date();

  it('lets through what was reserved, on a word that still holds', async () => {
    const alone = stage({ permit: REBOOT });
    await alone.tools.call(serverReboot, {});
    const approved = stage({ permit: WIPE, record: WIPES, policy: { mode: 'ask' } });
    await approved.tools.call(serverReinstall, {});
    const record = { ...WIPES, permit: 'rebuildable' };
    const marked = stage({ permit: MARKED, record, server: { rebuildable: true } });
    await marked.tools.call(serverReinstall, {});
    const kinds = [alone, approved, marked].flatMap(({ started }) =>
      started.map((call) => (call as string[])[0]),
    );
    expect(kinds).toEqual(['reboot', 'reinstall', 'reinstall']);
  });

  it.each([
    ['the fleet is frozen', { fleet: { frozenAt: now } }],
    ['the breaker is open', { fleet: { breakerOpenAt: now } }],
    ['our own network is away', { fleet: { blindSince: now } }],
  ])('interrupts nothing while %s', async (_, over) => {
    const { tools, started } = stage({ permit: REBOOT, ...over });
    await expect(tools.call(serverReboot, {})).rejects.toMatchObject({ code: 'frozen' });
    expect(started).toEqual([]);
  });

  it.each([
    ['nothing is reserved', { permit: { ...REBOOT, rung: 'recheck' } }],
    ['the rung has ended', { permit: REBOOT, record: { outcome: 'no_help' } }],
    ['another operation reserved it', { permit: REBOOT, record: { operationId: 'o2' } }],
    ['another rung was reserved', { permit: REBOOT, record: { rung: 'restart' } }],
    ['it stands on another word', { permit: REBOOT, record: { permit: 'approval:a9' } }],
    ['the group asks now', { permit: REBOOT, policy: { mode: 'ask' } }],
    ['the server only observes now', { permit: REBOOT, server: { mode: 'observe' } }],
    ['the highest rung is lower now', { permit: REBOOT, policy: { highest_rung: 'restart' } }],
  ] as const)('reboots nothing when %s', async (_, over) => {
    const { tools, started } = stage(over as Parameters<typeof stage>[0]);
    await expect(tools.call(serverReboot, {})).rejects.toMatchObject({ code: 'approval_required' });
    expect(started).toEqual([]);
  });

  it.each([
    ['the rung is a lower one', { permit: REBOOT }],
    ['the approval was not used for it', { permit: WIPE, approval: { status: 'approved' } }],
    ['the approval was voided', { permit: WIPE, approval: { status: 'voided' } }],
    ['the approval is of another operation', { permit: WIPE, approval: { operationId: 'o2' } }],
    [
      'the approval is for another rung',
      { permit: WIPE, approval: { arguments: { rung: 'reboot' } } },
    ],
    ['auto alone would do it', { permit: { ...WIPE, word: 'auto', approvalId: null } }],
    ['its mark was taken off', { permit: MARKED, server: { rebuildable: false } }],
  ] as const)('destroys nothing when %s', async (_, over) => {
    const permit = over.permit === WIPE ? WIPES.permit : over.permit.word;
    const { tools, started } = stage({
      ...{ policy: { highest_rung: 'reinstall' }, record: { rung: over.permit.rung, permit } },
      ...(over as Parameters<typeof stage>[0]),
    });
    await expect(tools.call(serverReinstall, {})).rejects.toMatchObject({
      code: 'approval_required',
    });
    expect(started).toEqual([]);
  });

  it('still asks the provider first', async () => {
    const { tools, started } = stage({ permit: REBOOT, facts: { state: 'suspended' } });
    await expect(tools.call(serverReboot, {})).rejects.toMatchObject({ code: 'suspended' });
    expect(started).toEqual([]);
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
