import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { Server } from '#domain/server.ts';
import type { RecoveryPermit } from '#domain/tool.ts';
import { toolDoor as stage } from '#test/support/tool-door.ts';
import { serverAwaitTask } from './server/await-task.ts';
import { serverReboot, serverReinstall, serverResetPassword } from './server/start-task.ts';

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

const REBOOT: RecoveryPermit = { rung: 'reboot', word: 'auto', approvalId: null, recordId: 'r1' };
const WIPE: RecoveryPermit = {
  ...{ rung: 'reinstall', word: 'approval', approvalId: 'a1', recordId: 'r1' },
};
const WIPES = { rung: 'reinstall', permit: 'approval:a1' } as const;
const MARKED = { ...WIPE, word: 'rebuildable', approvalId: null } as const;

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
