export interface Entity {
  readonly type:
    | 'bold'
    | 'italic'
    | 'underline'
    | 'strikethrough'
    | 'code'
    | 'pre'
    | 'text_link'
    | 'bot_command';
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
}

const TYPES: Readonly<Record<string, Entity['type']>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  s: 'strikethrough',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
};
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

export class CannotParse extends Error {}

/**
 * Reads HTML the way the Bot API does (https://core.telegram.org/bots/api#html-style): a closed set
 * of tags, properly nested; anything else throws CannotParse with Telegram's own words.
 */
export function parseHtml(source: string): { text: string; entities: Entity[] } {
  const open: { tag: string; offset: number; url?: string }[] = [];
  const entities: Entity[] = [];
  let text = '';
  for (let at = 0; at < source.length; ) {
    const char = source[at];
    if (char === '<') {
      const end = source.indexOf('>', at);
      if (end < 0)
        throw new CannotParse(`can't parse entities: Unclosed start tag at byte offset ${at}`);
      readTag(source.slice(at + 1, end), at);
      at = end + 1;
    } else if (char === '&') {
      const match = /^&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|amp|quot));/i.exec(source.slice(at, at + 12));
      text += match ? decode(match) : '&';
      at += match ? match[0].length : 1;
    } else {
      text += char;
      at++;
    }
  }
  const left = open.at(-1);
  if (left) {
    throw new CannotParse(
      `can't parse entities: Can't find end tag corresponding to start tag "${left.tag}"`,
    );
  }
  return { text, entities: entities.sort((a, b) => a.offset - b.offset) };

  function readTag(inside: string, at: number): void {
    if (inside.startsWith('/')) {
      const tag = inside.slice(1).trim().toLowerCase();
      const start = open.pop();
      if (!start || start.tag !== tag) {
        throw new CannotParse(`can't parse entities: Unexpected end tag at byte offset ${at}`);
      }
      const length = text.length - start.offset;
      const type = TYPES[tag];
      if (length > 0 && type) {
        entities.push({ type, offset: start.offset, length, ...(start.url && { url: start.url }) });
      }
      return;
    }
    const [, tag = '', attributes = ''] = /^([a-z-]*)(.*)$/is.exec(inside) ?? [];
    if (!(tag.toLowerCase() in TYPES)) {
      throw new CannotParse(
        `can't parse entities: Unsupported start tag "${tag}" at byte offset ${at}`,
      );
    }
    const url = /href="([^"]*)"/.exec(attributes)?.[1];
    open.push({ tag: tag.toLowerCase(), offset: text.length, ...(url && { url }) });
  }
}

function decode([, decimal, hex, name]: RegExpExecArray): string {
  if (name) return NAMED[name.toLowerCase()] ?? '';
  return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex ?? '0', 16));
}
