import { EventEmitter } from 'node:events';
import { Client } from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import type { Connection } from './connect.ts';
import { createKept } from './kept.ts';

const KEY = { type: 'ssh-ed25519', key: 'AAAA' };
const target = (handle: string, changes: Partial<SshTarget> = {}): SshTarget => ({
  ...{ handle, host: '127.0.0.1', port: 22, user: 'root', jump: null },
  ...{ become: 'none', becomePassword: null, hostKeys: [KEY] },
  auth: { kind: 'password', password: new Secret('x') },
  ...changes,
});

/** A connection that only remembers whether it was closed. */
function fake() {
  const client = new Client();
  const state = { closed: false };
  const connection: Connection = {
    ...{ client, hostKey: KEY, methods: [] },
    close() {
      state.closed = true;
    },
  };
  return { connection, state, end: () => EventEmitter.prototype.emit.call(client, 'close') };
}

describe('kept connections', () => {
  it('closes the least recently used once there are too many', () => {
    const kept = createKept(3);
    const all = ['a', 'b', 'c'].map((name) => {
      const one = fake();
      kept.keep(name, target(name), one.connection);
      return one;
    });
    expect(kept.find('a', target('a'))).toBe(all[0]?.connection);
    kept.keep('d', target('d'), fake().connection);
    expect(kept.size).toBe(3);
    expect(all.map(({ state }) => state.closed)).toEqual([false, true, false]);
    expect(kept.find('b', target('b'))).toBeNull();
  });

  it('closes one that leads elsewhere now, or shows a key that is no longer accepted', () => {
    const elsewhere = [
      target('a', { host: '127.0.0.2' }),
      target('a', { port: 2222 }),
      target('a', { user: 'deploy' }),
      target('a', { jump: target('jump') }),
      target('a', { hostKeys: [{ type: 'ssh-ed25519', key: 'BBBB' }] }),
    ];
    for (const changed of elsewhere) {
      const kept = createKept(9);
      const one = fake();
      kept.keep('a', target('a'), one.connection);
      expect(kept.find('a', target('a', { hostKeys: [] }))).toBe(one.connection);
      expect(kept.find('a', changed)).toBeNull();
      expect(one.state.closed).toBe(true);
      expect(kept.size).toBe(0);
    }
  });

  it('forgets one that ended, but not the one that took its place', () => {
    const kept = createKept(9);
    const [old, next] = [fake(), fake()];
    kept.keep('a', target('a'), old.connection);
    kept.keep('a', target('a'), next.connection);
    expect(old.state.closed).toBe(true);
    old.end();
    kept.drop('a', old.connection);
    expect(kept.find('a', target('a'))).toBe(next.connection);
    next.end();
    expect(kept.size).toBe(0);
  });
});
