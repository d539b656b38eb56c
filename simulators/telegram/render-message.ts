import type { Entity } from './html.ts';
import type { Message } from './model.ts';

const STYLES: Readonly<Partial<Record<Entity['type'], readonly [string, string]>>> = {
  bold: ['\u001b[1m', '\u001b[22m'],
  italic: ['\u001b[3m', '\u001b[23m'],
  code: ['\u001b[36m', '\u001b[39m'],
  pre: ['\u001b[36m', '\u001b[39m'],
};

/** All control characters but the line feed. */
const CONTROL = /(?!\n)\p{Cc}/gu;

/** Lines of a document that are shown at once. */
const DOCUMENT_LINES = 40;

/** A message as a terminal shows it; what a server's name holds cannot steer the terminal. */
export function renderMessage(message: Message, colours: boolean): string {
  const { document, caption = '', caption_entities: entities = [] } = message;
  if (!document) return styled(message.text, message.entities ?? [], colours);
  const lines = document.content.replace(CONTROL, '').split('\n');
  const left = lines.length - DOCUMENT_LINES;
  return [
    `📎 ${document.file_name.replace(CONTROL, '')}`,
    ...(caption === '' ? [] : [styled(caption, entities, colours)]),
    ...lines.slice(0, DOCUMENT_LINES).map((line) => `| ${line}`),
    ...(left > 0 ? [`| … and ${left} more lines`] : []),
  ].join('\n');
}

function styled(text: string, entities: readonly Entity[], colours: boolean): string {
  if (!colours) return text.replace(CONTROL, '');
  const marks = new Map<number, string>();
  const mark = (at: number, code: string) => marks.set(at, (marks.get(at) ?? '') + code);
  for (const { type, offset, length } of entities) {
    const style = STYLES[type];
    if (!style) continue;
    mark(offset, style[0]);
    mark(offset + length, style[1]);
  }
  let shown = '';
  for (let at = 0; at <= text.length; at++) {
    shown += marks.get(at) ?? '';
    shown += (text[at] ?? '').replace(CONTROL, '');
  }
  return shown;
}
