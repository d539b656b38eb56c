import { describe, expect, it } from 'vitest';
import { approvalHash, canonicalJson } from './approval-hash.ts';

const question = {
  tool: 'server_reboot',
  arguments: { host: 'vps-1', rung: 'reboot' },
  facts: { status: 'error', seen: { ssh: 'refused', ping: true } },
};

describe('approvalHash', () => {
  it('is the same for the same question, in whatever order it was put', () => {
    const again = {
      facts: { seen: { ping: true, ssh: 'refused' }, status: 'error', gone: undefined },
      arguments: { rung: 'reboot', host: 'vps-1' },
      tool: 'server_reboot',
    };
    expect(approvalHash(again)).toBe(approvalHash(question));
    expect(approvalHash(question)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['the tool', { ...question, tool: 'server_reinstall' }],
    ['an argument', { ...question, arguments: { host: 'vps-2', rung: 'reboot' } }],
    ['a fact deep down', { ...question, facts: { ...question.facts, seen: { ssh: 'refused' } } }],
    ['a place', { ...question, arguments: question.facts, facts: question.arguments }],
  ])('differs by %s', (_, other) => {
    expect(approvalHash(other)).not.toBe(approvalHash(question));
  });
});

describe('canonicalJson', () => {
  it('keeps the order of lists, which means something', () => {
    expect(canonicalJson({ b: [2, 1], a: new Date(0) })).toBe(
      '{"a":"1970-01-01T00:00:00.000Z","b":[2,1]}',
    );
  });
});
