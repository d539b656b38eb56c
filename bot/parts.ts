import { type Html, html, join, MESSAGE_LIMIT, plainOf, split } from './render/html.ts';

/** Telegram's limit for the words under a file, counted as MESSAGE_LIMIT is. */
export const CAPTION_LIMIT = 1024;
/** Nobody reads a wall of messages, and a group takes 20 a minute. */
const MOST_MESSAGES = 3;

export type Part =
  | { readonly kind: 'message'; readonly html: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly content: Buffer;
      /** HTML: how the text begins, and `hint`. */
      readonly caption: string;
    };

/** A text as Telegram takes it: one message, a few split at line ends, or a file with its beginning. */
export function partsOf(text: Html, hint: Html): readonly Part[] {
  const messages = split(text);
  if (messages.length <= MOST_MESSAGES) {
    return messages.map((part) => ({ kind: 'message', html: part.html }));
  }
  const room = CAPTION_LIMIT - plainOf(hint.html).length - 1;
  const beginning = split(text, room)[0] ?? html('');
  return [
    {
      kind: 'file',
      name: 'zavhoz.txt',
      content: Buffer.from(plainOf(text.html)),
      caption: join([beginning, hint]).html,
    },
  ];
}

/** The beginning of a text that has to stay one message, and a sign that there is more. */
export function onePart(text: Html): string {
  const [all, more] = split(text);
  if (!more) return all?.html ?? '…';
  return `${split(text, MESSAGE_LIMIT - 2)[0]?.html ?? ''}\n…`;
}
