import { describe, expect, it } from 'vitest';
import type { PlaybookEvent } from '#domain/remote.ts';
import { createReader } from './events.ts';
import { failureOf } from './failures.ts';
import { parseListedHosts, requireOneHost } from './list-hosts.ts';

const run = { playbook: 'provision_software', handle: 'vps-1' } as const;
const recap = (hosts: readonly string[], failures = 0, unreachable = 0) => ({
  event: 'recap',
  stats: Object.fromEntries(
    hosts.map((host) => [host, { ok: 3, changed: 1, failures, unreachable, skipped: 0 }]),
  ),
});

function read(lines: readonly (object | string)[]) {
  const events: PlaybookEvent[] = [];
  const reader = createReader((event) => events.push(event));
  const text = lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n');
  // In pieces that end anywhere.
  for (let at = 0; at < text.length; at += 7) reader.add(text.slice(at, at + 7));
  reader.end();
  return { events, report: reader.report() };
}
const failed = (msg: string, event = 'failed') =>
  read([{ event, task: 'Install packages', index: 2, total: 9, msg }, recap(['vps-1'], 1)]).report;
const judge = (report: ReturnType<typeof failed>, code: number | null, stderr: string[] = []) =>
  failureOf(run, code, report, stderr, (text) => text.replaceAll('s3cret', '***'));

describe('the lines of a run', () => {
  it('become events and a report, whatever stands between them', () => {
    const { events, report } = read([
      '[WARNING]: something',
      { event: 'play', play: 'Install', total: 2 },
      { event: 'task', task: 'One', index: 1, total: 2 },
      { event: 'ok', task: 'One', index: 1, total: 2 },
      '{"event": broken',
      '{"no": "event"}',
      { event: 'changed', task: 'Two', index: 2, total: 2, extra: 1 },
      { event: 'result', data: { overall: 'ok' } },
      recap(['vps-1']),
    ]);
    expect(events).toEqual([
      { kind: 'task', task: 'One', index: 1, total: 2 },
      { kind: 'changed', task: 'Two', index: 2, total: 2 },
    ]);
    expect(report.data).toEqual({ overall: 'ok' });
    expect(report.stats).toEqual({ 'vps-1': { ok: 3, changed: 1, failures: 0, unreachable: 0 } });
    expect(report.tail).toEqual(['[WARNING]: something', '{"event": broken', '{"no": "event"}']);
    expect(judge(report, 0)).toBeNull();
  });

  it('keep the last failure and a bounded tail', () => {
    const { report } = read([
      { event: 'failed', task: 'A', msg: 'first' },
      { event: 'failed', task: 'B', msg: 'second' },
      ...Array.from({ length: 50 }, (_, n) => `noise ${n}`),
    ]);
    expect(report.failure).toEqual({ kind: 'failed', task: 'B', message: 'second' });
    expect(report.tail).toHaveLength(20);
    expect(report.tail.at(-1)).toBe('noise 49');
  });
});

describe('why a run failed', () => {
  it.each([
    ['Permission denied (publickey,password).', 'login_refused'],
    ['Invalid/incorrect password: Permission denied, please try again.', 'login_refused'],
    ['Host key verification failed.', 'host_key_changed'],
    ['@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@', 'host_key_changed'],
    ['ssh: connect to host 10.0.0.1 port 22: Connection refused', 'unreachable'],
    ['ssh: connect to host 10.0.0.1 port 22: No route to host', 'unreachable'],
    ['Host key verification failed. Connection closed by UNKNOWN port 65535', 'unreachable'],
  ])('unreachable: %s', (message, code) => {
    expect(judge(failed(message, 'unreachable'), 4)).toMatchObject({ code });
  });

  it.each([
    ['Missing sudo password', 'login_refused', 'sudo'],
    ['Could not get lock /var/lib/dpkg/lock-frontend', 'playbook_failed', 'Another apt'],
    ['write error: No space left on device', 'playbook_failed', 'disk is full'],
    ['Temporary failure resolving mirror.example', 'playbook_failed', 'DNS'],
    ['E: Failed to fetch http://x', 'playbook_failed', 'package sources'],
  ])('failed: %s', (message, code, hint) => {
    const error = judge(failed(`${message} s3cret`), 2);
    expect(error).toMatchObject({ code, details: { task: 'Install packages', exit_code: 2 } });
    expect(error?.hint).toContain(hint);
    expect(error?.message).toContain('Install packages');
    expect(error?.message).not.toContain('s3cret');
  });

  it('is a task that no later one made good, not one that a rescue did', () => {
    expect(judge(failed('rescued'), 0)).toBeNull();
  });

  it('is a recap that names another host, also after success', () => {
    const { report } = read([recap(['vps-1', 'localhost'])]);
    expect(judge(report, 0)).toMatchObject({ code: 'identity_mismatch' });
  });

  it('is success without a recap of the host', () => {
    expect(judge(read([recap([])]).report, 0)).toMatchObject({ code: 'playbook_failed' });
    expect(judge(read([]).report, 0)?.message).toContain('nothing ran');
  });

  it('tells the end of what Ansible said when it could not start', () => {
    const error = judge(read(['x'.repeat(5000)]).report, 250, ['ERROR! it is s3cret']);
    expect(error).toMatchObject({ code: 'playbook_failed' });
    expect(error?.message).toContain('ERROR! it is ***');
    expect(error?.message.length).toBeLessThan(800);
  });

  it('knows the lock and the deadline', () => {
    expect(judge(read([]).report, 76)).toMatchObject({ code: 'busy', retry: 'soon' });
    expect(judge(read([]).report, 124)).toMatchObject({ code: 'timeout' });
    expect(judge(read([]).report, null)).toMatchObject({ code: 'timeout' });
  });
});

describe('--list-hosts', () => {
  const play = (n: number, hosts: readonly string[]) =>
    [`  play #${n} (all): P\tTAGS: []`, "    pattern: ['all']", `    hosts (${hosts.length}):`]
      .concat(hosts.map((host) => `      ${host}`))
      .join('\n');
  const output = (...plays: (readonly string[])[]) =>
    `\nplaybook: x.yml\n\n${plays.map((hosts, n) => play(n + 1, hosts)).join('\n\n')}\n`;

  it('is read play by play', () => {
    expect(parseListedHosts(output(['vps-1'], [], ['a', 'b']))).toEqual([
      ['vps-1'],
      [],
      ['a', 'b'],
    ]);
  });

  it('must name exactly the one host in every play', () => {
    expect(() => requireOneHost(output(['vps-1'], ['vps-1']), 'vps-1')).not.toThrow();
    for (const plays of [[], [['vps-2']], [['vps-1', 'vps-2']], [['vps-1'], []], [['vps-10']]]) {
      expect(() => requireOneHost(output(...plays), 'vps-1')).toThrow(/instead of exactly vps-1/);
    }
  });
});
