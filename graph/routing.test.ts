import { describe, expect, it } from 'vitest';
import type { Failure, OpsState } from '#domain/state.ts';
import { afterDevops, afterProvisioner, afterRecovery, afterZavhoz } from './routing.ts';

const failure = (over: Partial<Failure> = {}): Failure => ({
  ...{ step: 'reboot', code: 'unreachable', message: '', hint: null, retryable: true },
  ...over,
});
const state = (over: Partial<OpsState>): OpsState =>
  ({ kind: 'recover', route: null, failure: null, ...over }) as OpsState;

describe('a recovery', () => {
  it('goes where zavhoz, and then the ladder, sends it', () => {
    expect(afterZavhoz(state({ route: 'recovery' }))).toBe('recovery');
    expect(afterZavhoz(state({ route: 'end', failure: failure() }))).toBe('end');
    expect(afterRecovery(state({ route: 'provisioner' }))).toBe('provisioner');
    expect(afterRecovery(state({ route: 'devops' }))).toBe('devops');
    expect(afterRecovery(state({ route: 'end' }))).toBe('end');
    expect(afterProvisioner(state({}))).toBe('devops');
    expect(afterDevops(state({}))).toBe('end');
  });

  it('looks again after a rung that failed, wherever it failed', () => {
    for (const code of [
      'unreachable',
      'playbook_failed',
      'frozen',
      'timeout',
      'upstream',
    ] as const) {
      const failed = state({ failure: failure({ code }) });
      expect([afterRecovery(failed), afterProvisioner(failed), afterDevops(failed)]).toEqual(
        Array(3).fill('recovery'),
      );
    }
  });

  it.each([
    ['a human stopped it', { code: 'cancelled' }],
    ['a newer order took its place', { code: 'superseded' }],
    ['its whole time is over', { code: 'timeout', retryable: false }],
    ['we are broken', { code: 'internal' }],
    ['it is another machine', { code: 'identity_mismatch' }],
    ['it may not be touched any more', { code: 'hands_off' }],
    ['the look itself failed', { step: 'recheck' }],
    ['the choice failed', { step: 'choose-rung' }],
    ['the end failed', { step: 'resolve-incident' }],
  ] as const)('takes no harder rung when %s', (_, over) => {
    const failed = state({ failure: failure(over as Partial<Failure>) });
    expect([afterRecovery(failed), afterProvisioner(failed), afterDevops(failed)]).toEqual(
      Array(3).fill('end'),
    );
  });

  it('ends where the ladder says so, whatever failed', () => {
    expect(afterRecovery(state({ route: 'end', failure: failure() }))).toBe('end');
  });
});

describe('a provisioning', () => {
  const provision = (over: Partial<OpsState>) => state({ kind: 'provision', ...over });
  it('retries by way of zavhoz, and never enters the ladder', () => {
    expect(afterZavhoz(provision({ route: 'provisioner' }))).toBe('provisioner');
    expect(afterProvisioner(provision({ failure: failure() }))).toBe('recovery');
    expect(afterProvisioner(provision({ failure: failure({ code: 'cancelled' }) }))).toBe('end');
    expect(afterRecovery(provision({ route: 'provisioner' }))).toBe('zavhoz');
    expect(afterRecovery(provision({ route: 'end', failure: failure() }))).toBe('end');
    expect(afterDevops(provision({ failure: failure() }))).toBe('end');
  });
});

describe('a reboot that was ordered', () => {
  const reboot = (over: Partial<OpsState>) => state({ kind: 'reboot', ...over });

  it('takes its steps and the proof, and no ladder', () => {
    expect(afterZavhoz(reboot({ route: 'recovery' }))).toBe('recovery');
    expect(afterRecovery(reboot({ route: 'devops' }))).toBe('devops');
    expect(afterDevops(reboot({}))).toBe('end');
  });

  it('ends where it failed, wherever that was', () => {
    const failed = reboot({ route: 'devops', failure: failure() });
    expect([afterZavhoz(failed), afterRecovery(failed), afterDevops(failed)]).toEqual(
      Array(3).fill('end'),
    );
  });
});
