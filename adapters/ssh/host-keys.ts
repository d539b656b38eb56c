import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { HostKey } from '#domain/remote.ts';

/** A raw key blob as type and base64, or null when it is no key. */
export function parseHostKey(blob: Buffer): HostKey | null {
  if (blob.length < 4) return null;
  const length = blob.readUInt32BE(0);
  if (length === 0 || 4 + length > blob.length) return null;
  return { type: blob.toString('latin1', 4, 4 + length), key: blob.toString('base64') };
}

export const sameKey = (a: HostKey, b: HostKey): boolean => a.type === b.type && a.key === b.key;

const PREFERRED: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Signature algorithms, those of the recorded keys first: else a host with several keys shows one
 * that was never recorded and looks changed.
 */
export function algorithmsFor(known: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  const recorded = (algorithm: string) =>
    known.some(({ type }) =>
      type === 'ssh-rsa' ? algorithm.startsWith('rsa-sha2') : type === algorithm,
    );
  return [
    ...PREFERRED.filter((algorithm) => recorded(algorithm)),
    ...PREFERRED.filter((algorithm) => !recorded(algorithm)),
  ];
}
