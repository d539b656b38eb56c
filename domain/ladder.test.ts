import { describe, expect, it } from 'vitest';
import { serverEntity } from '#test/builders/server-entity.ts';
import { IncidentType } from './incident.ts';
import { hasLadder, highestRung, isAdopted, type LadderFacts, nextRung } from './ladder.ts';
import type { ProviderAction } from './provider.ts';
import { RecoveryMode, RUNGS, type Rung } from './recovery.ts';

const ALL: ReadonlySet<ProviderAction> = new Set(['reboot', 'reset_password', 'reinstall']);
const facts = (over: Partial<LadderFacts> = {}): LadderFacts => ({
  type: 'server_unreachable',
  tried: new Set(),
  sshAnswers: false,
  can: ALL,
  cannotWhy: 'the provider cannot do it',
  adopted: false,
  mode: 'auto',
  highestAutomatic: 'reboot',
  rebuildable: false,
  peersDisagree: false,
  ...over,
});

/** Every rung that the ladder takes, in order, when none of them helps. */
function climb(over: Partial<LadderFacts>) {
  const taken: string[] = [];
  const tried = new Set<Rung>();
  for (let guard = 0; guard < 20; guard++) {
    const next = nextRung(facts({ ...over, tried }));
    if (next.rung === null) return { taken, skipped: next.skipped.map(({ rung }) => rung) };
    taken.push(`${next.rung} ${next.word}`);
    tried.add(next.rung);
  }
  throw new Error('it never ends');
}

describe('the ladder', () => {
  it('is there for the kinds that a rung can help, and only an outage passes a restart', () => {
    const table = Object.fromEntries(IncidentType.options.map((type) => [type, highestRung(type)]));
    expect(table).toEqual({
      server_unreachable: 'reinstall',
      ssh_blocked: 'recheck',
      suspended: null,
      server_degraded: 'restart',
      service_down: 'restart',
      provisioning_failed: null,
      provider_api_unavailable: null,
      flapping: null,
      mass_failure: null,
      certificate_expiring: null,
      disk_full: 'restart',
    });
    expect(IncidentType.options.filter(hasLadder)).toHaveLength(5);
  });

  it.each([
    ['observe', ['observe', 'observe', 'observe', 'observe']],
    ['ask', ['approval', 'approval', 'approval', 'approval']],
    ['auto', ['auto', 'approval', 'approval', 'approval']],
  ] as const)('in %s takes the rungs in their order, each on its word', (mode, words) => {
    const rungs = ['reboot', 'reset_access', 'provision', 'reinstall'];
    expect(climb({ mode }).taken).toEqual(rungs.map((rung, index) => `${rung} ${words[index]}`));
    expect(climb({ mode }).skipped).toEqual(['restart']);
  });

  it.each(RUNGS)('in auto up to %s never reinstalls without a word', (highestAutomatic) => {
    const { taken } = climb({ highestAutomatic, sshAnswers: true });
    for (const step of taken) {
      const [rung = '', word] = step.split(' ');
      const below = RUNGS.indexOf(rung as Rung) <= RUNGS.indexOf(highestAutomatic);
      expect(word, step).toBe(below && rung !== 'reinstall' ? 'auto' : 'approval');
    }
    expect(taken.at(-1)).toBe('reinstall approval');
  });

  it('reinstalls on the mark of its owner in auto alone', () => {
    const last = (over: Partial<LadderFacts>) => climb({ rebuildable: true, ...over }).taken.at(-1);
    expect(last({})).toBe('reinstall rebuildable');
    expect(last({ mode: 'ask' })).toBe('reinstall approval');
    expect(last({ mode: 'observe' })).toBe('reinstall observe');
    expect(last({ peersDisagree: true })).toBe('reinstall approval');
  });

  it('asks also in auto when a neighbour reaches what we do not', () => {
    expect(climb({ peersDisagree: true }).taken).toEqual([
      ...['reboot approval', 'reset_access approval', 'provision approval', 'reinstall approval'],
    ]);
  });

  it.each([
    [[], [], ['restart', 'reboot', 'reset_access', 'provision', 'reinstall']],
    [['reboot'], ['reboot'], ['restart', 'reset_access', 'provision', 'reinstall']],
    [['reset_password'], ['reset_access', 'provision'], ['restart', 'reboot', 'reinstall']],
    [['reinstall'], ['reinstall'], ['restart', 'reboot', 'reset_access', 'provision']],
  ] as const)('names what a provider that can %j leaves out', (can, rungs, skipped) => {
    const seen = climb({ can: new Set(can), mode: 'ask' });
    expect(seen.taken.map((step) => step.split(' ')[0])).toEqual(rungs);
    expect(seen.skipped).toEqual(skipped);
  });

  it('provisions by the key where the provider gives no password but SSH answers', () => {
    const { taken } = climb({ can: new Set(), sshAnswers: true, mode: 'ask' });
    expect(taken).toEqual(['restart approval', 'provision approval']);
  });

  it('restarts only what can be logged in to', () => {
    expect(nextRung(facts({ type: 'service_down', sshAnswers: true }))).toMatchObject({
      ...{ rung: 'restart', word: 'auto', skipped: [] },
    });
    expect(nextRung(facts({ type: 'service_down' }))).toEqual({
      rung: null,
      skipped: [{ rung: 'restart', reason: 'SSH does not answer' }],
    });
  });

  it.each(RecoveryMode.options)('never passes a reboot on an adopted server, in %s', (mode) => {
    const { taken, skipped } = climb({ adopted: true, mode, sshAnswers: true });
    expect(taken.map((step) => step.split(' ')[0])).toEqual(['restart', 'reboot']);
    expect(skipped).toEqual(['reset_access', 'provision', 'reinstall']);
  });

  it.each(['disk_full', 'server_degraded', 'service_down', 'ssh_blocked'] as const)(
    'reboots nothing for %s, whatever is allowed',
    (type) => {
      for (const sshAnswers of [true, false]) {
        const { taken } = climb({ type, sshAnswers, highestAutomatic: 'reinstall' });
        expect(taken.filter((step) => step !== 'restart auto')).toEqual([]);
      }
    },
  );
});

describe('isAdopted', () => {
  it.each([
    [0, 'observe', true],
    [0, 'auto', true],
    [0, null, false],
    [1, 'observe', false],
    [3, null, false],
  ] as const)('episode %i under the mode %s: %s', (episode, mode, adopted) => {
    expect(isAdopted(serverEntity('vps-1', { episode, mode }))).toBe(adopted);
  });
});
