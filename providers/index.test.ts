import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { providers } from './index.ts';

it('lists every provider of this directory', () => {
  const here = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((it) => it.isDirectory() || !/^index\.|\.test\.ts$/.test(it.name))
    .map((it) => it.name.replace(/\.ts$/, ''))
    .sort();
  expect(providers.map(({ id }) => id).sort()).toEqual(here);
});
