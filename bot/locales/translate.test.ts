import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '#domain/errors.ts';
import { parseHtml } from '#simulators/telegram/html.ts';
import { ERROR_TEXTS } from '../render/errors.ts';
import { html } from '../render/html.ts';
import { CATALOGUES, languageOf, type Text, translator, translatorFor } from './translate.ts';

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

  it('have plurals at the same keys, with all the forms of the language and no other', () => {
    const numbers = Array.from({ length: 200 }, (_, n) => n).concat(1.5);
    for (const language of ['en', 'ru'] as const) {
      const rules = new Intl.PluralRules(language);
      const forms = [...new Set(numbers.map((n) => rules.select(n)))].sort();
      for (const key of keys) {
        const [text, english] = [CATALOGUES[language][key], CATALOGUES.en[key]];
        expect(typeof text, key).toBe(typeof english);
        if (typeof text !== 'string') expect(Object.keys(text).sort(), key).toEqual(forms);
      }
    }
  });

  it('have a text for every error code', () => {
    expect(Object.keys(ERROR_TEXTS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });
});

describe('translator', () => {
  it('says moments in the zone it was given, with its abbreviation, summer or winter', () => {
    const [winter, summer] = [new Date('2026-01-31T22:30:00Z'), new Date('2026-07-01T10:00:00Z')];
    const said = (zone: string, at: Date) => translator('en', zone).moment(at);
    expect(said('Europe/Vilnius', winter)).toBe('1 Feb, 00:30 EET');
    expect(said('Europe/Vilnius', summer)).toBe('1 Jul, 13:00 EEST');
    expect(said('America/New_York', winter)).toBe('31 Jan, 17:30 EST');
    expect(said('Asia/Kolkata', winter)).toBe('1 Feb, 04:00 GMT+5:30');
    expect(translator('ru', 'Europe/Vilnius').moment(summer)).toBe('1 июл., 13:00 EEST');
    expect(translator('en').moment(winter)).toBe('31 Jan, 22:30 UTC');
    expect(translator('en', 'Mars/Olympus').moment(winter)).toBe('31 Jan, 22:30 UTC');
  });

  it('speaks as a person chose, else as their Telegram does', () => {
    const person = { language: null, languageCode: 'ru', timeZone: null };
    expect(translatorFor(person).language).toBe('ru');
    expect(translatorFor(person, 'en').language).toBe('en');
    expect(translatorFor({ ...person, language: 'en' }).language).toBe('en');
    expect(translatorFor({ ...person, timeZone: 'Asia/Tokyo' }).timeZone).toBe('Asia/Tokyo');
    expect(translatorFor(null).language).toBe('en');
  });

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
