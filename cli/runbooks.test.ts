import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { IncidentType } from '#domain/incident.ts';
import { runCli } from '#test/support/run-cli.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'runbooks');
const GENERAL = 'server_incident_recovery';
const pages = readdirSync(FOLDER).map((file) => file.replace(/\.md$/, ''));
const text = (page: string) => readFileSync(join(FOLDER, `${page}.md`), 'utf8');

/** All commands of the command line, `servers list` for example, and the words each of them takes. */
const commands = new Map<string, readonly string[]>();
beforeAll(async () => {
  const { out } = await runCli(['completion', 'bash']);
  for (const [, path = '', words = ''] of out.matchAll(/^ {4}" ?([^"]*)"\*\) words="([^"]*)"/gm)) {
    commands.set(path, words.split(' '));
  }
});

describe('the runbooks', () => {
  it('are one for each kind of incident, and the one for all', () => {
    expect(pages.sort()).toEqual([...IncidentType.options, GENERAL].sort());
  });

  it.each(pages)('%s says what it means, what is done, what to check, how to close', (page) => {
    const titles = [...text(page).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'What it means',
      'What Zavhoz does by itself',
      'What to check by hand',
      'How to close',
    ]);
    if (page !== GENERAL) expect(text(page)).toContain(`\`incident_type: ${page}\``);
  });

  it.each(pages)('%s names commands that there are', (page) => {
    const found = [...text(page).matchAll(/npx zavhoz ([^\n`]*)/g)].map(([, words = '']) => words);
    expect(found.length).toBeGreaterThan(0);
    for (const line of found) {
      const words = line.replace(/"[^"]*"/g, 'text').split(' ');
      const path = [words.slice(0, 2).join(' '), words[0] ?? ''].find((name) => commands.has(name));
      expect(path, line).toBeDefined();
      const options = words.filter((word) => word.startsWith('--'));
      const known = commands.get(path ?? '') ?? [];
      expect(known, line).toEqual(expect.arrayContaining(options));
      // A command with verbs is not complete without one.
      expect(
        known.some((word) => commands.has(`${path} ${word}`)),
        line,
      ).toBe(false);
    }
  });

  it.each(pages)('%s links to what is there', (page) => {
    for (const [, target = ''] of text(page).matchAll(/\]\(([^)]+)\)/g)) {
      expect(() => readFileSync(join(FOLDER, target))).not.toThrow();
    }
  });
});
