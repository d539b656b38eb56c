import { describe, expect, it } from 'vitest';
import { parseHtml } from '#simulators/telegram/html.ts';
import { renderError } from '../render/errors.ts';
import { createDetails } from './details.ts';
import { ruDetails } from './ru/details/index.ts';
import { translator } from './translate.ts';

const read = createDetails({
  texts: {
    'waiting for {0}': 'жду: {0:text}',
    'waiting for {0} to boot': 'жду загрузки {0}',
    '{0} fails: {1}': '{0} отказал: {1:text}',
    'no answer': 'нет ответа',
    'No answer.': 'Нет ответа.',
    'from {0} to {1}': 'с {0:moment} до {1:moment}',
    'did {0}': 'сделано: {0:words}',
    'rungs {0}': 'шаги: {0:rung}',
    '{1} unused': 'x',
    'odd {0} of {1}': '{1} и {0}',
  },
  words: { reboot: 'перезагрузка', failed: 'не удалось' },
});
const say = (kind: string, value: string) => `<${kind} ${value}>`;
const said = (text: string) => read(text, say);

describe('details', () => {
  it('fill in values, in the order of the language', () => {
    expect(said('odd 1 of 2')).toBe('2 и 1');
    expect(said('vps-1 fails: no answer')).toBe('vps-1 отказал: нет ответа');
    expect(said('from a to b')).toBe('с <moment a> до <moment b>');
    expect(said('did reboot (failed), sleep')).toBe('сделано: перезагрузка (не удалось), sleep');
    expect(said('rungs a, b')).toBe('шаги: <rung a>, <rung b>');
  });

  it('take the reading that accounts for most', () => {
    expect(said('waiting for vps-1 to boot')).toBe('жду загрузки vps-1');
    expect(said('waiting for no answer')).toBe('жду: нет ответа');
    expect(said('waiting for web fails: no answer')).toBe('жду: web отказал: нет ответа');
    expect(said('web fails: db fails: no answer')).toBe('web отказал: db отказал: нет ответа');
  });

  it('read lines, sentences and lists part by part, and leave what they do not know', () => {
    expect(said('no answer\nno answer')).toBe('нет ответа\nнет ответа');
    expect(said('E: oops; no answer')).toBe('E: oops; нет ответа');
    expect(said('No answer. Said Bob. No answer.')).toBe('Нет ответа. Said Bob. Нет ответа.');
    expect(said('E: no answer.')).toBe('E: нет ответа.');
    expect(said('Somebody typed this')).toBe('Somebody typed this');
    expect(said('no answer at all')).toBe('no answer at all');
    expect(said('')).toBe('');
  });

  it('find a name only where a text is expected', () => {
    // A server that is called like a message keeps its name.
    expect(said('no answer fails: x')).toBe('no answer отказал: x');
    expect(said('waiting for reboot to boot')).toBe('жду загрузки reboot');
  });

  it.each([
    ['a: '.repeat(1300), 'seams'],
    ['waiting for '.repeat(330), 'one inside the other'],
    ['a fails: '.repeat(440), 'names before texts'],
    ['no answer; '.repeat(360), 'a long list'],
    [`${'('.repeat(2000)}${')'.repeat(2000)}`, 'brackets'],
    ['No answer. '.repeat(360), 'sentences'],
    ['{0} '.repeat(1000), 'holes'],
    ['\u0000\ud800 fails: '.repeat(200), 'no text at all'],
  ])('bear %j', (text) => {
    const russian = createDetails(ruDetails);
    for (const each of [read, russian]) expect(typeof each(text, say)).toBe('string');
  });

  it('read a text in a bounded number of ways', () => {
    let asked = 0;
    const counting = (kind: string, value: string) => {
      asked++;
      return say(kind, value);
    };
    // Each part is a message with two moments, and so is each run of parts; no two are the same.
    const parts = Array.from({ length: 200 }, (_, at) => `from a${at} to b${at}`);
    read(parts.join('; '), counting);
    expect(asked).toBeGreaterThan(0);
    // Parts that were read once are not read again: else it would run into its bound, at 800.
    expect(asked).toBeLessThan(400);
  });

  it('leave a text alone that is longer than messages are', () => {
    const long = `waiting for ${'x'.repeat(4000)}`;
    expect(said(long)).toBe(long);
  });
});

describe('the reader’s language', () => {
  const ru = translator('ru', 'Europe/Vilnius');

  it('leaves English as it is', () => {
    expect(translator('en').detail('no answer in 8000 ms')).toBe('no answer in 8000 ms');
  });

  it('knows moments, statuses and rungs in a message', () => {
    expect(
      ru.detail(
        'server_unreachable since 2026-11-21T10:05:00.000Z: vps-1 (10.0.0.1, port 22): no answer in 8000 ms. Tried: restart (no_help), reboot (failed). vps-2 sees the same (filtered).',
      ),
    ).toBe(
      'не отвечает с 21 нояб., 12:05 EET: vps-1 (10.0.0.1, порт 22): нет ответа за 8000 мс. Испробовано: перезапуск отказавшего (не помогло), перезагрузка (не удалось). vps-2 видит то же самое (ответа нет).',
    );
    expect(ru.detail('Legal from ready: error, maintenance.')).toBe(
      'Из «готов» можно: ошибка, обслуживание.',
    );
  });

  it('is escaped after it was read', () => {
    const shown = renderError(ru, {
      code: 'unreachable',
      message: '<b>vps-1</b> does not answer by SSH: Jump host <i>&: no answer',
      hint: 'Look at <it>.',
    }).html;
    expect(shown).toContain('&lt;b&gt;vps-1&lt;/b&gt; не отвечает по SSH');
    expect(shown).toContain('Промежуточный хост &lt;i&gt;&amp;: нет ответа');
    expect(shown).toContain('Look at &lt;it&gt;.');
    expect(() => parseHtml(shown)).not.toThrow();
  });
});
