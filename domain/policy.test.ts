import { describe, expect, it } from 'vitest';
import { serverEntity } from '#test/builders/server-entity.ts';
import type { Operation } from './operation.ts';
import { assertEffectAllowed, judge } from './policy.ts';
import type { Server } from './server.ts';

const server = (over: Partial<Server> = {}) => serverEntity('vps-1', over);
const operation = (over: Partial<Operation>): Operation =>
  ({
    id: 'o',
    kind: 'provision',
    mode: null,
    status: 'running',
    stopRequested: null,
    ...over,
  }) as Operation;
const rebuild = { kind: 'rebuild', mode: 'reinstall', target: 'vps-1', by: 'x', key: 'k' } as const;
const provision = { kind: 'provision', target: 'vps-1', by: 'x', key: 'k' } as const;
const reboot = { kind: 'reboot', target: 'vps-1', by: 'x', key: 'k' } as const;
const deploy = { kind: 'deploy', target: 'vps-1', by: 'x', key: 'k' } as const;
const human = { by: 'x', operationId: 'o', humanOrder: 'force_rebuild', permit: null } as const;
const agent = { by: 'agent', operationId: 'o', humanOrder: null, permit: null } as const;

describe('judge', () => {
  it.each([
    [{ care: 'none' }, 'not_managed'],
    [{ care: 'watch' }, 'not_managed'],
    [{ status: 'reserved' }, 'not_managed'],
    [{ status: 'decommissioned' }, 'not_managed'],
    [{ handsOff: true }, 'hands_off'],
  ] as const)('refuses a server that is %j', (over, code) => {
    expect(() => judge(rebuild, server(over as Partial<Server>), null)).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it('joins the second of two equal orders to the first', () => {
    const first = operation({ kind: 'rebuild', mode: 'reinstall' });
    expect(judge(rebuild, server({ status: 'force_rebuild' }), first)).toEqual({
      verdict: 'join',
      operation: first,
    });
  });

  it('takes the word again for a server whose earlier order nobody works on', () => {
    expect(judge(rebuild, server({ status: 'force_rebuild' }), null).verdict).toBe('accept');
  });

  it('refuses another mode while a rebuild runs, naming it', () => {
    const first = operation({ kind: 'rebuild', mode: 'reset' });
    expect(() => judge(rebuild, server({ status: 'provisioning' }), first)).toThrowError(
      expect.objectContaining({
        code: 'conflict',
        details: expect.objectContaining({ operation_id: 'o' }),
      }),
    );
  });

  it.each(['ready', 'in_use', 'error'] as const)(
    'takes a reboot of a server that is %s',
    (status) => {
      expect(judge(reboot, server({ status }), null)).toEqual({
        verdict: 'accept',
        supersede: null,
      });
    },
  );

  it.each([
    ...['discovered', 'pending_setup', 'provisioning', 'force_rebuild', 'maintenance'],
    'unreachable',
  ] as const)('refuses a reboot of a server that is %s, naming what would be right', (status) => {
    expect(() => judge(reboot, server({ status }), null)).toThrowError(
      expect.objectContaining({
        ...{ code: 'illegal_transition', message: `vps-1 is ${status}: it is not rebooted.` },
        hint: 'A reboot begins from ready, in_use, error.',
      }),
    );
  });

  it('refuses a reboot beside other work, and joins a second one to the first', () => {
    const other = operation({ kind: 'recover', incidentId: 'i' });
    expect(() => judge(reboot, server(), other)).toThrowError(
      expect.objectContaining({ code: 'conflict' }),
    );
    const first = operation({ kind: 'reboot', incidentId: null });
    expect(judge(reboot, server(), first)).toEqual({ verdict: 'join', operation: first });
  });

  it('takes no order to deploy as long as nothing can be deployed', () => {
    expect(() => judge(deploy, server(), null)).toThrowError(
      expect.objectContaining({ code: 'unsupported' }),
    );
    expect(() => judge(deploy, server({ care: 'none' }), null)).toThrowError(
      expect.objectContaining({ code: 'not_managed' }),
    );
  });

  it('lets a rebuild take the place of a provisioning', () => {
    const running = operation({});
    expect(judge(rebuild, server({ status: 'provisioning' }), running)).toEqual({
      verdict: 'accept',
      supersede: running,
    });
  });

  it('refuses to provision what is in use', () => {
    expect(() => judge(provision, server({ status: 'in_use' }), null)).toThrowError(
      expect.objectContaining({ code: 'illegal_transition' }),
    );
  });
});

describe('judge, of a recovery', () => {
  const recover = {
    kind: 'recover' as const,
    incidentId: 'i',
    target: 'vps-1',
    by: 'agent:health',
    key: 'k',
  };

  it.each(['ready', 'in_use', 'error'] as const)('begins from %s', (status) => {
    expect(judge(recover, server({ status }), null).verdict).toBe('accept');
  });

  it.each(['maintenance', 'discovered', 'unreachable', 'pending_setup'] as const)(
    'leaves a server alone that is %s',
    (status) => {
      expect(() => judge(recover, server({ status }), null)).toThrowError(
        expect.objectContaining({ code: 'illegal_transition' }),
      );
    },
  );

  it('joins the one under way, and stands back behind any other work', () => {
    const { incidentId } = recover;
    const first = operation({ kind: 'recover', incidentId });
    expect(judge(recover, server(), first)).toEqual({ verdict: 'join', operation: first });
    const another = operation({ kind: 'recover', incidentId: 'another' });
    for (const work of [operation({}), another]) {
      expect(() => judge(recover, server(), work)).toThrowError(
        expect.objectContaining({ code: 'conflict' }),
      );
    }
  });

  it('gives way to a rebuild', () => {
    const first = operation({ kind: 'recover' });
    expect(judge(rebuild, server({ status: 'error' }), first)).toEqual({
      ...{ verdict: 'accept', supersede: first },
    });
  });
});

describe('what the agent depends on', () => {
  const own = { addresses: new Set(['192.0.2.7']) };

  it('is never changed, whoever orders it', () => {
    expect(() => judge(rebuild, server(), null, own)).toThrowError(
      expect.objectContaining({ code: 'hands_off', message: expect.stringContaining('192.0.2.7') }),
    );
    expect(() => judge(rebuild, server({ servesAsJumpHost: true }), null)).toThrowError(
      expect.objectContaining({ code: 'hands_off' }),
    );
    expect(() => assertEffectAllowed('change', server(), human, own)).toThrowError(
      expect.objectContaining({ code: 'hands_off' }),
    );
    expect(() => assertEffectAllowed('read', server(), human, own)).not.toThrow();
  });
});

describe('assertEffectAllowed', () => {
  it('lets only a human order destroy, and never on a server that is not managed', () => {
    expect(() => assertEffectAllowed('destroy', server(), human)).not.toThrow();
    expect(() => assertEffectAllowed('destroy', server(), agent)).toThrowError(
      expect.objectContaining({ code: 'approval_required' }),
    );
    expect(() => assertEffectAllowed('change', server({ care: 'watch' }), human)).toThrowError(
      expect.objectContaining({ code: 'not_managed' }),
    );
    expect(() => assertEffectAllowed('read', server({ care: 'none' }), agent)).not.toThrow();
  });
});
