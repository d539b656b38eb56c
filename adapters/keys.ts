import { createHash, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import ssh2 from 'ssh2';
import { OpsError } from '#domain/errors.ts';
import { Secret } from '#domain/secret.ts';
import { encodePrivateKey } from './openssh-key.ts';

export interface KeyPair {
  /** OpenSSH or PEM text, as it stands in the file. */
  readonly privateKey: Secret;
  /** One line: type, blob, comment. */
  readonly publicKey: string;
  /** `SHA256:...`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

/** Reads an unencrypted private key. Throws `not_found`, `invalid_input`. */
export async function loadKey(path: string): Promise<KeyPair> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new OpsError('not_found', `The private key ${path} cannot be read.`, { cause });
  }
  // ssh ignores a key that others may read; better mended here than refused there.
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600).catch(() => {});
  return describeKey(text, path);
}

/** The pair of a private key given as text; `name` is what errors call it. */
export function describeKey(text: string, name = 'The private key'): KeyPair {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error || Array.isArray(key) || !key.isPrivateKey()) {
    throw new OpsError('invalid_input', `${name} is not an unencrypted private key.`, {
      hint: 'Make one with: ssh-keygen -t ed25519 -N "" -f <path>',
    });
  }
  const blob = key.getPublicSSH();
  const comment = key.comment ? ` ${key.comment}` : '';
  return {
    privateKey: new Secret(text),
    publicKey: `${key.type} ${blob.toString('base64')}${comment}`,
    fingerprint: fingerprintOf(blob),
  };
}

/** `SHA256:...` of a public key blob, given raw or in base64. */
export function fingerprintOf(blob: Buffer | string): string {
  const raw = typeof blob === 'string' ? Buffer.from(blob, 'base64') : blob;
  return `SHA256:${createHash('sha256').update(raw).digest('base64').replace(/=+$/, '')}`;
}

/**
 * The pair at `path` (and `path`.pub), made when it is not there: ed25519, private part 0600.
 * Safe when several processes start at once: one of them wins and all return its key.
 */
export async function ensureKeyPair(path: string, comment: string): Promise<KeyPair> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await exists(path))) {
    const draft = `${path}.${randomUUID()}`;
    try {
      await writeFile(draft, generate(comment), { mode: 0o600, flag: 'wx' });
      // link, unlike rename, leaves another process's key where it is.
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(draft, { force: true });
    }
  }
  const pair = await loadKey(path);
  if (!(await exists(`${path}.pub`))) {
    await writeFile(`${path}.pub`, `${pair.publicKey}\n`, { mode: 0o644 });
  }
  return pair;
}

function generate(comment: string): string {
  const pair = generateKeyPairSync('ed25519');
  const jwk = pair.privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const point = Buffer.from(
    createPublicKey(pair.privateKey).export({ format: 'jwk' }).x ?? '',
    'base64url',
  );
  return encodePrivateKey(seed, point, comment);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
