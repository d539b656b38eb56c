import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidenceScript, parseEvidence, redact, SECTION_CHARS } from './evidence.ts';

describe('redact', () => {
  it.each([
    ['POSTGRES_PASSWORD=hunter2 next', 'hunter2'],
    ['{"password": "hunter2"}', 'hunter2'],
    ["db_passwd: 'hunter two'", 'hunter two'],
    ['Authorization: Bearer abcdef123456', 'abcdef123456'],
    ['postgres://app:hunter2@db:5432/x', 'hunter2'],
    ['token=ghp_0123456789abcdefghij', 'ghp_0123456789abcdefghij'],
    ['using AKIAIOSFODNN7EXAMPLE now', 'AKIAIOSFODNN7EXAMPLE'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'AAAA'],
    ['-----BEGIN RSA PRIVATE KEY-----\nAAAA cut off', 'AAAA'],
  ])('takes the secret out of %j', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('***');
  });

  it('leaves what tells the story', () => {
    const line = 'Nov 21 10:00 vps-1 kernel: Out of memory: Killed process 812 (node)';
    expect(redact(line)).toBe(line);
  });
});

describe('parseEvidence', () => {
  it('gives the sections by name, bounded, and nothing that was not asked for', () => {
    const long = 'x'.repeat(2 * SECTION_CHARS);
    const found = parseEvidence(
      `motd\n@@zavhoz:uptime\nup 3 days\n\n@@zavhoz:journal\n${long}\n@@zavhoz:other\nno\n@@zavhoz:disk\n\n`,
    );
    expect(Object.keys(found)).toEqual(['uptime', 'journal']);
    expect(found.uptime).toBe('up 3 days');
    expect(found.journal?.length).toBe(SECTION_CHARS);
  });

  it('asks for all of it by one script', () => {
    const [program, flag, script = ''] = evidenceScript();
    expect([program, flag]).toEqual(['sh', '-c']);
    for (const word of ['journalctl', 'docker logs', 'df -h', 'last -n']) {
      expect(script).toContain(word);
    }
  });

  it('gives each section what is left of the time of all, and leaves out the rest', () => {
    const dir = mkdtempSync(join(tmpdir(), 'evidence-'));
    try {
      const program = (name: string, body: string) =>
        writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      // Each section takes four seconds, and its limit is all that it says.
      program(
        'date',
        `n=$(cat ${dir}/now 2>/dev/null || echo 0); echo $n; echo $((n+4)) > ${dir}/now`,
      );
      program('timeout', 'echo "$1 s"');
      const [shell = '', ...args] = evidenceScript();
      const env = { PATH: `${dir}:/usr/bin:/bin` };
      const found = parseEvidence(execFileSync(shell, args, { env, encoding: 'utf8' }));
      expect(found).toEqual({ uptime: '5 s', failed_units: '5 s', journal: '3 s' });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
