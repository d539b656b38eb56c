import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '#domain/errors.ts';
import { parseHtml } from '#simulators/telegram/html.ts';
import { ERROR_TEXTS } from '../render/errors.ts';
import { html } from '../render/html.ts';
import { CATALOGUES, languageOf, type Text, translator } from './translate.ts';

const forms = (text: Text): string[] => (typeof text === 'string' ? [text] : Object.values(text));
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const keys = Object.keys(CATALOGUES.en) as (keyof typeof CATALOGUES.en)[];

describe('catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(CATALOGUES.ru).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('%s has the same holes in both, and is HTML that Telegram takes', (key) => {
    const expected = holes(forms(CATALOGUES.en[key])[0] ?? '');
    for (const text of [...forms(CATALOGUES.en[key]), ...forms(CATALOGUES.ru[key])]) {
      expect(text.trim()).not.toBe('');
      expect(holes(text)).toEqual(expected);
      expect(() => parseHtml(text)).not.toThrow();
    }
  });

  it('give Russian plurals all the forms that Russian has', () => {
    for (const key of keys) {
      const text = CATALOGUES.ru[key];
      if (typeof CATALOGUES.en[key] === 'string') continue;
      expect(Object.keys(text).sort()).toEqual(['few', 'many', 'one', 'other']);
    }
  });

  it('have a text for every error code', () => {
    expect(Object.keys(ERROR_TEXTS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });
});

describe('translator', () => {
  it('chooses plural forms', () => {
    const ru = translator('ru');
    const count = (n: number) => ru('status.servers', { count: n }).html;
    expect([1, 2, 5, 11, 21, 104].map(count)).toEqual([
      '1 сервер',
      '2 сервера',
      '5 серверов',
      '11 серверов',
      '21 сервер',
      '104 сервера',
    ]);
    expect(translator('en')('status.servers', { count: 1 }).html).toBe('1 server');
  });

  it('escapes values, but not what is HTML already; values hold no holes', () => {
    const t = translator('en');
    expect(t('note.server_ready', { server: '<b>&{by}' }).html).toBe(
      '&lt;b&gt;&amp;{by} is ready.',
    );
    expect(t('note.server_ready', { server: html('<b>x</b>') }).html).toBe('<b>x</b> is ready.');
    expect(t('note.server_ready').html).toBe('– is ready.');
  });

  it('knows languages by their codes', () => {
    expect(['ru', 'RU-ru', 'en', 'de', '', null, undefined].map(languageOf)).toEqual([
      'ru',
      'ru',
      'en',
      'en',
      'en',
      'en',
      'en',
    ]);
  });

  it('speaks of durations', () => {
    const { duration } = translator('en');
    expect([0, 59, 60, 3600, 3900].map(duration)).toEqual([
      '0 sec',
      '59 sec',
      '1 min',
      '1 hr',
      '1 hr 5 min',
    ]);
    expect(translator('ru').duration(120)).toBe('2 мин');
  });
});
