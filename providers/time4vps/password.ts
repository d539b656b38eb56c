import { Secret } from '#domain/secret.ts';
import { decodeEntities, unescapeLiteral } from './entities.ts';

/** Results are short; a longer text is cut so that no pattern below can become slow. */
const MAX_LENGTH = 20_000;

/** The quotes of the assigned string, as they stand or as an attribute has them. */
const QUOTE = `"|'|&quot;|&apos;|&#0*34;|&#0*39;|&#x0*22;|&#x0*27;`;
const ASSIGNMENT = new RegExp(
  String.raw`\binnerHTML\s*=\s*(${QUOTE})((?:\\(?:${QUOTE})|\\[\s\S]|(?!\1)[\s\S]){1,4096}?)\1`,
  'gi',
);

/** Passwords of other things that a panel may tell in the same breath. */
const OTHERS = String.raw`(?<!\b(?:vnc|old|previous|panel|console|database|mysql|ftp|user|client)\s+)`;
const LABELS = ['root password', 'administrator password', 'new password', 'password'].map(
  (label) =>
    new RegExp(
      String.raw`${OTHERS}\b${label.replace(' ', String.raw`\s+`)}(?:\s+(?:is|for\s+\S+))?\s*[:=]\s*(\S+)`,
      'i',
    ),
);

/**
 * The new password in a task's `results`, or null. Seen: `Password: X`, `New password: X`,
 * `Root password: X`, and an anchor whose onclick assigns `this.innerHTML = "X"`. The value is
 * what a person would read in the browser: attribute and inner HTML are decoded in turn.
 */
export function extractPassword(results: string): Secret | null {
  const text = results.slice(0, MAX_LENGTH);
  const value = fromAssignments(text) ?? fromLabels(text);
  return value === null || isMask(value) ? null : new Secret(value);
}

function fromAssignments(text: string): string | null {
  const found = [...text.matchAll(ASSIGNMENT)].map((match) => ({
    value: shown(match[2] ?? ''),
    rank: rank(text.slice(Math.max(0, match.index - 200), match.index)),
  }));
  const best = found
    .filter(({ value, rank }) => value !== '' && rank >= 0)
    .sort((a, b) => b.rank - a.rank)[0];
  return best?.value ?? null;
}

/** What a browser shows once the handler has run. */
function shown(literal: string): string {
  return decodeEntities(withoutTags(unescapeLiteral(decodeEntities(literal)))).trim();
}

function rank(before: string): number {
  const words =
    before
      .toLowerCase()
      .match(/(?:\w+\s+)?password/g)
      ?.at(-1) ?? '';
  if (/^(vnc|old|previous|panel|console|database|mysql|ftp|user|client)/.test(words)) return -1;
  if (words.startsWith('root') || words.startsWith('administrator')) return 3;
  if (words.startsWith('new')) return 2;
  return words === '' ? 0 : 1;
}

function fromLabels(text: string): string | null {
  const lines = decodeEntities(
    withoutTags(
      text
        // An anchor's own text is an invitation to click, never the password.
        .replace(/<a\b[\s\S]*?<\/a>/gi, '')
        .replace(/<(?:br|\/p|\/li|\/div|\/td|\/tr)\b[^>]*>/gi, '\n'),
    ),
  );
  for (const label of LABELS) {
    const value = label.exec(lines)?.[1];
    if (value !== undefined) return unquoted(value);
  }
  return null;
}

/** Only tags that a panel uses for emphasis: a password may hold `<` and `>` of its own. */
function withoutTags(text: string): string {
  return text.replace(
    /<\/?(?:b|strong|i|em|u|code|pre|span|tt|font|kbd|p|li|ul|ol|div|td|tr|table)(?:\s[^>]*)?>/gi,
    '',
  );
}

function unquoted(value: string): string {
  const match = /^(["'])(.+)\1$/.exec(value);
  return match?.[2] ?? value;
}

/** Dots or asterisks in place of a password that the panel hides. */
function isMask(value: string): boolean {
  return /^[*•●.xX]+$/.test(value);
}
