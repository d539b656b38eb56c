import { z } from 'zod';
import { Secret } from '#domain/secret.ts';

/** One setting: its schema parses the environment's text; `about` goes into the README's table. */
export interface Field {
  readonly schema: z.ZodType;
  readonly about: string;
  readonly fallback: string;
  readonly secret?: true;
}

const blank = (value: unknown) => (value === '' ? undefined : value);

export const field = <S extends z.ZodType>(
  schema: S,
  about: string,
  fallback = '',
  isSecret = false,
): { schema: S; about: string; fallback: string; secret?: true } => ({
  schema: z.preprocess(blank, schema) as unknown as S,
  about,
  fallback,
  ...(isSecret ? { secret: true as const } : {}),
});

/** A text that no log and no message ever shows. */
export const secret = z.string().transform((text) => new Secret(text));

export const seconds = (fallback: number, min = 1, max = 86_400) =>
  z.coerce
    .number({ error: 'must be a number of seconds' })
    .int()
    .min(min)
    .max(max)
    .default(fallback);

export const count = (fallback: number, min: number, max: number) =>
  z.coerce.number({ error: 'must be a whole number' }).int().min(min).max(max).default(fallback);

const words = z.enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' });
const truth = (value: string) => value === 'true' || value === '1' || value === 'yes';

/** Undefined where it is not set: the default depends on something else. */
export const optionalFlag = words.transform(truth).optional();

export const flag = (fallback: boolean) =>
  words.default(fallback ? 'true' : 'false').transform(truth);

/** Comma- or blank-separated list of whole numbers. */
export const numberList = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
  .pipe(z.array(z.string().regex(/^\d{1,15}$/, 'must be whole numbers separated by commas')));

export const wordList = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''));

/** One SSH public key per line. */
export const publicKeys = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(/\n|\\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  )
  .pipe(
    z.array(
      z
        .string()
        .regex(
          /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/=]+/,
          'must be public keys in OpenSSH form, one a line',
        ),
    ),
  );

export const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
