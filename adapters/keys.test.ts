import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeKey, ensureKeyPair, fingerprintOf, loadKey } from './keys.ts';

describe('keys', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zavhoz-keys-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes pairs that OpenSSH reads as we do, of any comment length', async () => {
    for (let length = 0; length < 9; length++) {
      const path = join(folder, `pair-${length}`);
      const pair = await ensureKeyPair(path, 'c'.repeat(length));
      const derived = execFileSync('ssh-keygen', ['-y', '-f', path]).toString().trim();
      const listed = execFileSync('ssh-keygen', ['-l', '-f', path]).toString();
      expect(derived).toBe(pair.publicKey);
      expect(listed).toContain(pair.fingerprint);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readFile(`${path}.pub`, 'utf8')).toBe(`${pair.publicKey}\n`);
    }
  });

  it('keeps what is there, and gives one key to all who start at once', async () => {
    const path = join(folder, 'sub', 'shared');
    const pairs = await Promise.all(Array.from({ length: 8 }, () => ensureKeyPair(path, 'x')));
    expect(new Set(pairs.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect((await readdir(join(folder, 'sub'))).sort()).toEqual(['shared', 'shared.pub']);
    expect((await ensureKeyPair(path, 'y')).publicKey).toBe(pairs[0]?.publicKey);
  });

  it('reads keys of ssh-keygen and mends a key that others may read', async () => {
    for (const type of ['ed25519', 'rsa', 'ecdsa']) {
      const path = join(folder, type);
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'me', '-f', path]);
      await chmod(path, 0o644);
      const key = await loadKey(path);
      expect(`${key.publicKey}\n`).toBe(await readFile(`${path}.pub`, 'utf8'));
      expect(key.fingerprint).toBe(fingerprintOf(key.publicKey.split(' ')[1] ?? ''));
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });

  it('says what is wrong: nothing there, no key, a public key, an encrypted one', async () => {
    await expect(loadKey(join(folder, 'none'))).rejects.toMatchObject({ code: 'not_found' });
    const path = join(folder, 'locked');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'passphrase', '-f', path]);
    await writeFile(join(folder, 'text'), 'hello');
    for (const file of [path, join(folder, 'text'), join(folder, 'ed25519.pub')]) {
      await expect(loadKey(file)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(() => describeKey('')).toThrow(/not an unencrypted private key/);
  });
});
