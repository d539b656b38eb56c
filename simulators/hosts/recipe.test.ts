import { expect, test } from 'vitest';
import type { AptSettings } from './apt-settings.ts';
import { createRecipe } from './recipe.ts';

const apt: AptSettings = {
  mirror: 'http://mirror.example/debian',
  securityMirror: 'http://mirror.example/debian-security',
  conf: 'Acquire::Check-Date "false";\n',
  certificates: [{ name: 'own.crt', pem: 'PEM' }],
};
const text = (suite: 'bookworm' | 'trixie', path: string) =>
  createRecipe(suite, apt).files.find((file) => file.path === path)?.text;

test('each suite gets its own sources', () => {
  const sources = text('trixie', 'etc/apt/sources.list.d/debian.sources');
  expect(sources).toContain('Suites: trixie trixie-updates\n');
  expect(sources).toContain('Suites: trixie-security\n');
  expect(sources).not.toContain('bookworm');
  expect(text('bookworm', 'usr/local/share/ca-certificates/own.crt')).toBe('PEM');
});

test('the hash names the recipe: the same for the same, another for anything else', () => {
  const { hash } = createRecipe('bookworm', apt);
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect(createRecipe('bookworm', { ...apt }).hash).toBe(hash);
  const others = [
    createRecipe('trixie', apt),
    createRecipe('bookworm', { ...apt, mirror: 'http://other.example/debian' }),
    createRecipe('bookworm', { ...apt, conf: '' }),
    createRecipe('bookworm', { ...apt, certificates: [] }),
  ];
  expect(new Set([hash, ...others.map((recipe) => recipe.hash)]).size).toBe(5);
});
