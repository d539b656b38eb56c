import { randomBytes } from 'node:crypto';

/** A length-prefixed field (RFC 4251, section 5). */
export function sshString(value: string | Buffer): Buffer {
  const body = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/**
 * An unencrypted ed25519 private key in OpenSSH's own format (PROTOCOL.key of OpenSSH). `seed` and
 * `point` are the 32 bytes each of the private and the public part.
 */
export function encodePrivateKey(seed: Buffer, point: Buffer, comment: string): string {
  const type = sshString('ssh-ed25519');
  const publicBlob = Buffer.concat([type, sshString(point)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    type,
    sshString(point),
    sshString(Buffer.concat([seed, point])),
    sshString(comment),
  ]);
  const padding = Buffer.from(
    Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1),
  );
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    one,
    sshString(publicBlob),
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...lines,
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n');
}
