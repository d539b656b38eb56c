import { describe, expect, it } from 'vitest';
import { judgeReading } from './judge.ts';
import type { HostReading } from './reading.ts';
import { DEFAULT_EXPECTATIONS, HEALTH_PARTS, HealthReport } from './report.ts';

const WELL: HostReading = {
  sshUnit: 'active',
  docker: 'answers',
  dockerUnit: 'active',
  disks: [{ path: '/', spacePercent: 40, inodePercent: 12 }],
  memory: { usedPercent: 55, totalMiB: 1969 },
  load: { five: 0.5, cores: 2 },
  firewall: 'active',
  publishedPortsGuarded: true,
  rebootRequired: false,
  clock: { synchronised: true, offsetMs: 120 },
  bootId: 'a.1',
  uptimeSeconds: 100,
};
const judge = (
  changes: Partial<HostReading>,
  expected: Partial<typeof DEFAULT_EXPECTATIONS> = {},
) => judgeReading({ ...WELL, ...changes }, { ...DEFAULT_EXPECTATIONS, ...expected });
const state = (part: keyof HealthReport, reason: string, ...args: Parameters<typeof judge>) => {
  const seen = judge(...args)[part];
  return `${seen.state}: ${seen.reason}` === reason || `${seen.state}: ${seen.reason}`;
};

describe('judgeReading', () => {
  it('finds a good host well, part by part', () => {
    const report = judge({});
    expect(report).toEqual({
      ssh: { state: 'ok', reason: 'logged in, the unit is active' },
      docker: { state: 'ok', reason: 'answers' },
      disk: { state: 'ok', reason: '40% of /, 12% of its inodes' },
      memory: { state: 'ok', reason: '55% of 1969 MiB in use' },
      load: { state: 'ok', reason: '0.50 on 2 cores' },
      firewall: { state: 'ok', reason: 'active, also for published ports' },
      pending_reboot: { state: 'ok', reason: 'none' },
      clock: { state: 'ok', reason: 'synchronised' },
      overall: { state: 'ok', reason: 'all well' },
    });
    expect(HealthReport.parse(report)).toEqual(report);
    expect(Object.keys(report)).toEqual([...HEALTH_PARTS, 'overall']);
  });

  it.each([
    ['ssh', 'degraded: logged in, but the unit is failed', { sshUnit: 'failed' }],
    ['ssh', 'degraded: logged in, but the unit is unknown', { sshUnit: null }],
    ['docker', 'failed: not installed', { docker: 'absent' }],
    ['docker', 'unknown: only root may ask', { docker: 'forbidden' }],
    ['docker', 'unknown: not seen', { docker: null }],
    ['docker', 'failed: does not answer, the unit is active', { docker: 'silent' }],
    ['firewall', 'failed: not installed', { firewall: 'absent' }],
    ['firewall', 'failed: not active', { firewall: 'inactive' }],
    ['firewall', 'unknown: only root may ask', { firewall: 'forbidden' }],
    ['firewall', 'unknown: not seen', { firewall: null }],
    ['firewall', 'ok: active', { docker: 'absent', publishedPortsGuarded: null }],
    [
      'firewall',
      'degraded: active, but ports that containers publish bypass it',
      { publishedPortsGuarded: false },
    ],
    ['pending_reboot', 'degraded: an upgrade asks for a reboot', { rebootRequired: true }],
    ['memory', 'unknown: not seen', { memory: null }],
    ['disk', 'unknown: not seen', { disks: [] }],
    ['load', 'unknown: not seen', { load: null }],
  ] as const)('%s, %s', (part, reason, changes) => {
    expect(state(part, reason, changes)).toBe(true);
  });

  it('does not ask for what is not expected', () => {
    const bare = { docker: false, firewall: false };
    expect(state('docker', 'ok: not installed', { docker: 'absent' }, bare)).toBe(true);
    expect(state('firewall', 'ok: not installed', { firewall: 'absent' }, bare)).toBe(true);
    expect(state('firewall', 'ok: not active', { firewall: 'inactive' }, bare)).toBe(true);
    const open = 'ok: active, but ports that containers publish bypass it';
    expect(state('firewall', open, { publishedPortsGuarded: false }, bare)).toBe(true);
    // A Docker that is there has to answer, expected or not.
    expect(judge({ docker: 'silent' }, bare).docker.state).toBe('failed');
  });

  it.each([
    [84, 'ok'],
    [85, 'degraded'],
    [94, 'degraded'],
    [95, 'failed'],
    [100, 'failed'],
  ])('a disk or its inodes at %d percent: %s', (percent, wanted) => {
    const small = { path: '/', spacePercent: 1, inodePercent: 1 };
    const space = { path: '/srv', spacePercent: percent, inodePercent: 0 };
    const inodes = { path: '/srv', spacePercent: 0, inodePercent: percent };
    expect(judge({ disks: [small, space] }).disk.state).toBe(wanted);
    expect(judge({ disks: [inodes, small] }).disk.state).toBe(wanted);
  });

  it('names the fullest disk, and of two the same one each time', () => {
    const disks = ['/', '/srv', '/data'].map((path) => ({
      path,
      spacePercent: 90,
      inodePercent: 3,
    }));
    expect(judge({ disks }).disk.reason).toBe('90% of /srv, 3% of its inodes');
    expect(judge({ disks: disks.reverse() }).disk.reason).toBe('90% of /srv, 3% of its inodes');
  });

  it('measures load by core', () => {
    expect(judge({ load: { five: 3.99, cores: 2 } }).load.state).toBe('ok');
    expect(judge({ load: { five: 4, cores: 2 } }).load.state).toBe('degraded');
    expect(judge({ load: { five: 10, cores: 2 } }).load.state).toBe('failed');
  });

  it.each([
    [true, 4999, 'ok: synchronised'],
    [true, -5000, 'degraded: 5.0 s behind'],
    [true, 59_900, 'degraded: 59.9 s ahead'],
    [true, -60_000, 'failed: 60.0 s behind'],
    [false, 0, 'degraded: not synchronised'],
    [false, 61_000, 'failed: 61.0 s ahead'],
    [null, 61_000, 'failed: 61.0 s ahead'],
    [null, 0, 'unknown: the host does not say'],
    [true, null, 'ok: synchronised'],
  ])('a clock that is synchronised (%s) and %s ms off: %s', (synchronised, offsetMs, reason) => {
    expect(state('clock', reason, { clock: { synchronised, offsetMs } })).toBe(true);
  });

  it('sums up: failed before degraded, unseen needs before all well', () => {
    const bad = { docker: 'absent', rebootRequired: true } as const;
    expect(state('overall', 'failed: disk, docker', { ...bad, disks: full })).toBe(true);
    expect(state('overall', 'degraded: pending_reboot', { rebootRequired: true })).toBe(true);
    const user = { docker: 'forbidden', firewall: 'forbidden' } as const;
    expect(state('overall', 'degraded: unknown: docker, firewall', user)).toBe(true);
    const unsaid = { clock: { synchronised: null, offsetMs: null }, load: null };
    expect(state('overall', 'ok: all well', unsaid)).toBe(true);
  });
});

const full = [{ path: '/', spacePercent: 99, inodePercent: 1 }];
