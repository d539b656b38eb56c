/** Text that is Telegram HTML already; everything else is escaped before it is shown. */
export interface Html {
  readonly html: string;
}

export const html = (text: string): Html => ({ html: text });

/** Greatest length of one shown value, in code points: a hostile name cannot fill a message. */
const VALUE_LIMIT = 600;
/** Telegram's limit, counted after entities are parsed, in UTF-16 units. */
export const MESSAGE_LIMIT = 4096;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>]/g, (c) => ESCAPES[c] ?? c);

// Control characters and those that turn the reading direction of what stands behind them.
const UNSHOWN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

// Letters that are read from right to left: without isolation they drag along what stands beside.
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** A foreign value for buttons, which know no HTML: one line, no control characters, bounded. */
export function shownPlain(value: string | number, limit = VALUE_LIMIT): string {
  const line = String(value)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(UNSHOWN, '');
  const points = [...line];
  const cut = points.length > limit ? `${points.slice(0, limit).join('')}…` : line;
  return RIGHT_TO_LEFT.test(cut) ? `${ISOLATE}${cut}${POP_ISOLATE}` : cut;
}

/** The same as HTML. */
export const shown = (value: string | number, limit = VALUE_LIMIT): Html =>
  html(escapeHtml(shownPlain(value, limit)));

/** Foreign text of several lines. */
export const shownLines = (text: string): Html =>
  join(text.split(/\r?\n/).map((line) => shown(line)));

export const code = (value: string | number): Html => html(`<code>${shown(value).html}</code>`);
export const bold = (inside: Html): Html => html(`<b>${inside.html}</b>`);
export const italic = (inside: Html): Html => html(`<i>${inside.html}</i>`);

export const join = (parts: readonly (Html | null)[], separator = '\n'): Html =>
  html(
    parts
      .filter((part) => part !== null)
      .map((part) => part.html)
      .join(separator),
  );

/** Facts of one line with dots between; null where there are none. */
export function facts(parts: readonly (Html | null | '')[]): Html | null {
  const there = parts.filter((part) => part !== null && part !== '');
  return there.length > 0 ? join(there, ' · ') : null;
}

/** Lines in groups with an empty line between; groups without lines are left out. */
export const sections = (groups: readonly (readonly (Html | null)[])[]): Html =>
  join(
    groups.map((lines) => join(lines)).filter((group) => group.html !== ''),
    '\n\n',
  );

/** What a reader sees, without tags: for lengths, and for Telegram when it rejects the tags. */
export const plainOf = (text: string): string =>
  text
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** Splits at line ends into messages that Telegram takes; our tags never span lines. */
export function split(text: Html, limit = MESSAGE_LIMIT): readonly Html[] {
  const parts: string[] = [];
  let part = '';
  let length = 0;
  for (const line of text.html.split('\n')) {
    const size = plainOf(line).length;
    // A single line beyond the limit loses its tags, so that it can be cut anywhere.
    const safe = size > limit ? escapeHtml(`${clipUnits(plainOf(line), limit - 1)}…`) : line;
    const safeSize = Math.min(size, limit);
    if (part !== '' && length + 1 + safeSize > limit) {
      parts.push(part);
      part = '';
      length = 0;
    }
    length += safeSize + (part === '' ? 0 : 1);
    part = part === '' ? safe : `${part}\n${safe}`;
  }
  return [...parts, part].filter((p) => p.trim() !== '').map(html);
}

function clipUnits(text: string, units: number): string {
  const cut = text.slice(0, units);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
