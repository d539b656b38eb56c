import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BECOMES, NOT_SHOWN, WRITERS } from '#test/support/agent-text-scope.ts';
import { type AgentText, isPhrase, sourceFiles, textsOf } from '#test/support/agent-texts.ts';
import { englishIn } from '#test/support/english.ts';
import { playbookTexts } from '#test/support/playbook-texts.ts';
import { foreign } from './locales/ru/details/foreign.ts';
import { ruDetailParts, ruDetails } from './locales/ru/details/index.ts';
import { CATALOGUES, translator } from './locales/translate.ts';

const isHidden = ({ text, where }: AgentText): boolean => {
  const file = where.replace(/:\d+$/, '');
  return NOT_SHOWN.some(({ files, texts }) => files.test(file) && (texts?.test(text) ?? true));
};

const sources = [...WRITERS.flatMap(sourceFiles).flatMap(textsOf), ...playbookTexts()];
const shown = sources.filter((one) => !isHidden(one));
const wanted = new Map<string, string>();
for (const { text, where } of shown.filter(({ text }) => isPhrase(text))) {
  for (const source of BECOMES[text] ?? [text]) wanted.set(source, where);
}

const holesOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\d+)/g)].map(([, index]) => index ?? ''))].sort();
const entries = Object.entries(ruDetails.texts);

/** What Node.js says of a system call; sshd itself says `Connection refused` of a channel. */
const ERRNO = /^(connect|read|getaddrinfo) E[A-Z_]+( \{0\})?$|^Connection refused$/;
const SSH = 'node_modules/ssh2/lib';
const libraryFiles = () =>
  readdirSync(SSH, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(SSH, name));

describe('what the agent writes', () => {
  it('is all there to be found', () => {
    expect(wanted.size).toBeGreaterThan(400);
    expect(shown.map(({ text }) => text)).toContain('good look {0} of {1}');
    expect(shown.map(({ text }) => text)).toContain('Install the packages');
  });

  it('has a Russian template for every phrase; add the lines that are named here', () => {
    const missing = [...wanted].filter(([text]) => !Object.hasOwn(ruDetails.texts, text));
    expect(missing.map(([text, where]) => `${JSON.stringify(text)} (${where})`)).toEqual([]);
  });

  it('has no template that no source text needs any more', () => {
    const known = [...Object.values(BECOMES).flat(), ...Object.keys(foreign)];
    const written = new Set([...shown.map(({ text }) => text), ...known]);
    const values = new Set(sources.map(({ text }) => text));
    expect(Object.keys(ruDetails.texts).filter((text) => !written.has(text))).toEqual([]);
    expect(Object.keys(ruDetails.words).filter((word) => !values.has(word))).toEqual([]);
    expect(Object.keys(BECOMES).filter((text) => !values.has(text))).toEqual([]);
  });

  it('has words of libraries only as the libraries say them', () => {
    const library = libraryFiles().map((file) => readFileSync(file, 'utf8'));
    const isOurs = (text: string) =>
      ERRNO.test(text) || library.some((source) => source.includes(text.replace(/ \{0\}$/, ' ')));
    expect(Object.keys(foreign).filter((text) => !isOurs(text))).toEqual([]);
  });

  it('is left out only where something is', () => {
    const idle = NOT_SHOWN.filter(({ files, texts }) =>
      sources.every(
        ({ text, where }) =>
          !files.test(where.replace(/:\d+$/, '')) || !(texts?.test(text) ?? true),
      ),
    );
    expect(idle.map(({ files }) => String(files))).toEqual([]);
  });

  it('has the same values in each translation, and letters enough to be known by', () => {
    for (const [source, target] of entries) {
      const holes = holesOf(source);
      expect(holesOf(target), source).toEqual(holes);
      expect(holes, source).toEqual(holes.map((_, index) => String(index)));
      // Of two values side by side nobody could tell where the one ends.
      expect(source).not.toMatch(/\}\{/);
      expect(source.replace(/\{\d+\}/g, '')).toMatch(/[A-Za-z].*[A-Za-z]/s);
      expect(target.replace(/\{\d+(:\w+)?\}/g, ''), source).toMatch(
        /[А-ЯЁа-яё]|^(Docker|SSH|fail2ban): $/,
      );
      for (const [, kind = ''] of target.matchAll(/\{\d+:(\w+)\}/g)) {
        const isKey = Object.keys(CATALOGUES.ru).some((key) => key.startsWith(`${kind}.`));
        expect(isKey || ['text', 'words', 'moment'].includes(kind), `${source}: ${kind}`).toBe(
          true,
        );
      }
    }
  });

  it('is Russian in Russian', () => {
    const said = entries.map(([, target]) => target.replace(/\{\d+(:\w+)?\}/g, '·'));
    expect(said.flatMap(englishIn)).toEqual([]);
  });

  it('is found by its template and by no other', () => {
    const { detail } = translator('ru');
    const filled = (text: string) => text.replace(/\{(\d+)(:\w+)?\}/g, 'v$1');
    const wrong = entries.filter(([source, target]) => detail(filled(source)) !== filled(target));
    expect(wrong.map(([source]) => `${source} → ${detail(filled(source))}`)).toEqual([]);
  });

  it('is said once', () => {
    const keys = Object.values(ruDetailParts).flatMap((part) => Object.keys(part));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });
});
