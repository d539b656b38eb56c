import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { OpsError } from '#domain/errors.ts';
import type { SecretBox } from '#domain/ports.ts';
import { Secret } from '#domain/secret.ts';

export interface SecretBoxOptions {
  /** 32 bytes in base64 or base64url each. The first seals; all open, so that keys can be rotated. */
  readonly keys: readonly Secret[];
  /** Bound to every text: what was sealed for one purpose does not open for another. */
  readonly context?: string;
}

/** `v1:<key id>:<iv>:<tag>:<ciphertext>`, the last three in base64url. */
const SEALED = /^v1:([0-9a-f]{8}):([\w-]{16}):([\w-]{22}):([\w-]*)$/;

/**
 * AES-256-GCM with a random IV per text; the key's id is part of what is authenticated.
 * `open` throws OpsError `internal` for a text that was altered or sealed with an unknown key.
 */
export function createSecretBox({ keys, context = '' }: SecretBoxOptions): SecretBox {
  const byId = new Map(keys.map((key) => withId(keyBytes(key))));
  const [sealing] = byId;
  if (!sealing) throw new OpsError('invalid_input', 'A secret box needs a key.');
  const aad = (id: string) => Buffer.from(`v1:${id}:${context}`);

  return {
    seal(plain) {
      const [id, key] = sealing;
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad(id));
      const text = Buffer.concat([cipher.update(plain.reveal(), 'utf8'), cipher.final()]);
      return ['v1', id, ...[iv, cipher.getAuthTag(), text].map(toText)].join(':');
    },

    open(sealed) {
      const [, id, iv, tag, text] = SEALED.exec(sealed) ?? [];
      if (id === undefined || iv === undefined || tag === undefined || text === undefined) {
        throw new OpsError('internal', 'A stored secret is damaged: it is not in the known form.');
      }
      const key = byId.get(id);
      if (!key) {
        throw new OpsError(
          'internal',
          `A stored secret was sealed with key ${id}, which is missing.`,
          {
            hint: 'Put the former key beside the present one (ZAVHOZ_ENCRYPTION_KEY, or keys/encryption.key in the data directory).',
            details: { key_id: id },
          },
        );
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, fromText(iv), { authTagLength: 16 })
          .setAAD(aad(id))
          .setAuthTag(fromText(tag));
        const plain = Buffer.concat([decipher.update(fromText(text)), decipher.final()]);
        return new Secret(plain.toString('utf8'));
      } catch (cause) {
        throw new OpsError('internal', 'A stored secret was altered: it does not open.', { cause });
      }
    },
  };
}

function keyBytes(key: Secret): Buffer {
  const bytes = Buffer.from(key.reveal().trim(), 'base64');
  if (bytes.length === 32) return bytes;
  throw new OpsError('invalid_input', 'An encryption key must be 32 bytes in base64.');
}

const withId = (key: Buffer): [string, Buffer] => [
  createHash('sha256').update('zavhoz key id').update(key).digest('hex').slice(0, 8),
  key,
];
const toText = (bytes: Buffer) => bytes.toString('base64url');
const fromText = (text: string) => Buffer.from(text, 'base64url');
