import { describe, expect, it } from 'vitest';
import { readServerQuery, spelledOut } from './server-query.ts';

describe('a filter of servers', () => {
  it.each([
    ['', {}, ''],
    ['error', { status: ['error'] }, 'error'],
    ['READY in_use', { status: ['ready', 'in_use'] }, 'ready in_use'],
    ['status:error', { status: ['error'] }, 'error'],
    ['Broken', { status: ['error', 'unreachable'] }, 'broken'],
    ['сломанные', { status: ['error', 'unreachable'] }, 'broken'],
    ['unmanaged', { care: ['none', 'watch'] }, 'unmanaged'],
    ['care:watch', { care: ['watch'] }, 'c:watch'],
    ['label:env=Prod', { label: 'env=Prod' }, 'l:env=Prod'],
    ['метка:env', { label: 'env' }, 'l:env'],
    ['g:web p:time4vps', { group: 'web', provider: 'time4vps' }, 'g:web p:time4vps'],
    ['vps-10', { search: 'vps-10' }, 'vps-10'],
    ['2001:db8::1', { search: '2001:db8::1' }, '2001:db8::1'],
    ['disk  full', { search: 'disk full' }, 'disk full'],
    [
      'error label:env=prod web',
      { status: ['error'], label: 'env=prod', search: 'web' },
      'error l:env=prod web',
    ],
  ])('reads %j', (text, filter, short) => {
    expect(readServerQuery(text)).toEqual({ filter, text: short });
    // What travels in a button means the same.
    expect(readServerQuery(short)).toEqual({ filter, text: short });
  });

  it('names what is right where a word is wrong', () => {
    expect(readServerQuery('status:sparkling')).toMatchObject({
      wrong: 'sparkling',
      legal: expect.arrayContaining(['error', 'ready']),
    });
    expect(readServerQuery('care:lots')).toEqual({
      wrong: 'lots',
      legal: ['none', 'watch', 'managed'],
    });
    expect(readServerQuery('label:')).toEqual({ wrong: 'label:', legal: ['label:…'] });
  });

  it('is spelled out for people', () => {
    expect(spelledOut('error l:env=prod g:web')).toBe('error label:env=prod group:web');
    expect(spelledOut('sql:x')).toBe('sql:x');
  });
});
