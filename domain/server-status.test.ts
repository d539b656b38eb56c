import { describe, expect, it } from 'vitest';
import { OpsError } from './errors.ts';
import { SERVER_STATUSES } from './server.ts';
import { assertTransition, legalTargets, TRANSITIONS } from './server-status.ts';

describe('the table of statuses', () => {
  it('reaches every status and lets a human leave all but decommissioned', () => {
    const reached = new Set(TRANSITIONS.map(({ to }) => to));
    expect(SERVER_STATUSES.filter((s) => !reached.has(s))).toEqual([]);
    const stuck = SERVER_STATUSES.filter((s) => !TRANSITIONS.some(({ from }) => from === s));
    expect(stuck).toEqual(['decommissioned']);
  });

  it('has no row twice', () => {
    const rows = TRANSITIONS.map(({ from, to }) => `${from}>${to}`);
    expect(rows.filter((row, i) => rows.indexOf(row) !== i)).toEqual([]);
  });

  it('names the legal ones when it refuses', () => {
    try {
      assertTransition('reserved', 'force_rebuild', 'human');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OpsError);
      expect(error).toMatchObject({
        code: 'illegal_transition',
        details: { legal: ['decommissioned', 'discovered'] },
      });
    }
  });

  it('leaves maintenance only for the status before', () => {
    expect(legalTargets('maintenance', 'human', 'in_use')).toContain('in_use');
    expect(legalTargets('maintenance', 'human', 'in_use')).not.toContain('ready');
    expect(legalTargets('unreachable', 'agent', 'ready')).toEqual(['ready', 'maintenance']);
  });

  it('lets only a human order a rebuild, and only a worker begin one', () => {
    expect(legalTargets('ready', 'agent')).not.toContain('force_rebuild');
    expect(legalTargets('force_rebuild', 'human')).not.toContain('provisioning');
  });
});
