import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { longId, shortId } from './short-id.ts';

describe('short ids', () => {
  it('stand for their UUID', () => {
    for (let n = 0; n < 200; n++) {
      const id = randomUUID();
      expect(shortId(id)).toMatch(/^[\w-]{22}$/);
      expect(longId(shortId(id))).toBe(id);
    }
  });

  it('leave alone what is no UUID, and take a UUID as it is', () => {
    const id = randomUUID();
    expect(longId(id)).toBe(id);
    for (const text of ['', 'vps-1', '../../etc', 'x'.repeat(40)]) {
      expect(shortId(text)).toBe(text);
      expect(longId(text)).toBe(text);
    }
  });
});
