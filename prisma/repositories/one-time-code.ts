import { createHash, randomInt } from 'node:crypto';
import { Secret } from '#domain/secret.ts';

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** Ten letters and digits with a digit among them, so that no word of small talk looks like one. */
export function oneTimeCode(length = 10): Secret {
  for (;;) {
    const letters = Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    if (/\d/.test(letters)) return new Secret(letters);
  }
}

/** As a person types it: case and the dashes or spaces between do not matter. */
export const hashOfCode = (code: Secret): string =>
  createHash('sha256').update(code.reveal().toUpperCase().replaceAll(/[\s-]/g, '')).digest('hex');
