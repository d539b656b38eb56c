import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { Secret } from '#domain/secret.ts';
import { createSecretBox } from './secret-box.ts';

const newKey = () => new Secret(randomBytes(32).toString('base64'));
const box = createSecretBox({ keys: [newKey()] });

describe('createSecretBox', () => {
  it('opens what it sealed, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(box.open(box.seal(new Secret(text))).reveal()).toBe(text);
      }),
    );
  });

  it('never seals the same text alike', () => {
    const sealed = new Set(Array.from({ length: 50 }, () => box.seal(new Secret('hunter2'))));
    expect(sealed.size).toBe(50);
    for (const text of sealed) expect(text).not.toContain('hunter2');
  });

  it('refuses a text that differs in any character', () => {
    const sealed = box.seal(new Secret('correct horse'));
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const altered = sealed.slice(0, at) + other + sealed.slice(at + 1);
      // The last character of a base64 part may hold bits that mean nothing.
      const bytes = (text: string) => text.split(':').map((part) => Buffer.from(part, 'base64url'));
      const same = JSON.stringify(bytes(altered)) === JSON.stringify(bytes(sealed));
      if (!same) expect(() => box.open(altered), altered).toThrow(OpsError);
    }
  });

  it.each(['', 'plain text', 'v1:::::', 'v2:00000000:a:b:c', 'v1:00000000:AA:AA:AA'])(
    'refuses %j, which it never sealed',
    (text) => {
      expect(() => box.open(text)).toThrow(expect.objectContaining({ code: 'internal' }));
    },
  );

  it('refuses a tag that was cut short', () => {
    const [v, id, iv, tag, text] = box.seal(new Secret('x')).split(':');
    expect(() => box.open([v, id, iv, tag?.slice(0, 6), text].join(':'))).toThrow(OpsError);
  });

  it('opens what a former key sealed, and seals with the first', () => {
    const [former, present] = [newKey(), newKey()];
    const old = createSecretBox({ keys: [former] }).seal(new Secret('x'));
    const rotated = createSecretBox({ keys: [present, former] });
    expect(rotated.open(old).reveal()).toBe('x');
    const fresh = rotated.seal(new Secret('y'));
    expect(
      createSecretBox({ keys: [present] })
        .open(fresh)
        .reveal(),
    ).toBe('y');
    expect(() => createSecretBox({ keys: [former] }).open(fresh)).toThrow(/is missing/);
  });

  it('does not open what was sealed for another purpose', () => {
    const keys = [newKey()];
    const sealed = createSecretBox({ keys, context: 'a' }).seal(new Secret('x'));
    expect(() => createSecretBox({ keys, context: 'b' }).open(sealed)).toThrow(/altered/);
  });

  it.each([[[]], [[new Secret('short')]]])('needs a whole key', (keys) => {
    expect(() => createSecretBox({ keys })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });
});
