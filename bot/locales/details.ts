import { type Details, type Hole, type Template, templateOf, valuesIn } from './detail-template.ts';

/** Shows a value in the reader's words: `moment`, or a key of the catalogue (`rung.reboot`). */
export type Say = (kind: string, value: string) => string;
export type ReadDetail = (text: string, say: Say) => string;

/** Longer texts are no message of ours but somebody's output. */
const LONGEST = 4000;
/** Messages are made of messages, though not endlessly. */
const DEEPEST = 8;
/** Places of one text where it is taken apart, and texts that one message is read as. */
const MOST_SEAMS = 12;
const MOST_READINGS = 400;
/** Letters by which templates are looked up. */
const EDGE = 4;

/** A text as it was understood; `known` counts the letters that a template accounts for. */
interface Reading {
  readonly text: string;
  readonly known: number;
}
interface Work {
  readonly say: Say;
  readonly seen: Map<string, Reading>;
  left: number;
}

/**
 * Reads what the agent wrote in English in another language. Of all readings the one that accounts
 * for most letters counts; what no template knows (program output, a person's words) stays as it is.
 */
export function createDetails({ texts, words }: Details): ReadDetail {
  const whole = new Map<string, Template>();
  // Found by their first letters, else by their last; few have neither.
  const begun = new Map<string, Template[]>();
  const ended = new Map<string, Template[]>();
  const open: Template[] = [];
  const file = (index: Map<string, Template[]>, key: string, template: Template) =>
    index.set(key, [...(index.get(key) ?? []), template]);
  for (const [source, target] of Object.entries(texts)) {
    const template = templateOf(source, target);
    const { literals } = template;
    const [first = '', last = ''] = [literals[0], literals.at(-1)];
    if (literals.length === 1) whole.set(source, template);
    else if (first.length >= EDGE) file(begun, first.slice(0, EDGE), template);
    else if (last.length >= EDGE) file(ended, last.slice(-EDGE), template);
    else open.push(template);
  }
  const candidates = (text: string): readonly Template[] => [
    ...(begun.get(text.slice(0, EDGE)) ?? []),
    ...(ended.get(text.slice(-EDGE)) ?? []),
    ...open,
  ];
  const wordBook = new Map(Object.entries(words));

  function show({ index, kind }: Hole, values: readonly string[], depth: number, work: Work) {
    const text = values[index] ?? '';
    if (kind === 'text') return read(text, depth + 1, work);
    if (kind === '' || text === '') return { text, known: 0 };
    if (kind === 'words') {
      const said = text.replace(/[^\s(),;.]+/g, (word) => wordBook.get(word) ?? word);
      return { text: said, known: 0 };
    }
    const said = text.split(', ').map((value) => work.say(kind, value));
    return { text: said.join(', '), known: 0 };
  }

  function fill({ says, weight }: Template, values: readonly string[], depth: number, work: Work) {
    const parts = says.map((part) =>
      typeof part === 'string' ? { text: part, known: 0 } : show(part, values, depth, work),
    );
    const known = parts.reduce((sum, part) => sum + part.known, weight);
    return { text: parts.map((part) => part.text).join(''), known };
  }

  function read(text: string, depth: number, work: Work): Reading {
    const before = work.seen.get(text);
    if (before) return before;
    let best: Reading = { text, known: 0 };
    if (depth > DEEPEST || work.left <= 0) return best;
    work.left--;
    // Whoever comes back to it while it is being read finds it as it is.
    work.seen.set(text, best);
    const exact = whole.get(text);
    if (exact) best = fill(exact, [], depth, work);
    else {
      const better = (reading: Reading) => {
        if (reading.known > best.known) best = reading;
      };
      for (const template of candidates(text)) {
        const values = valuesIn(template, text);
        if (values) better(fill(template, values, depth, work));
      }
      for (const [at, width] of seamsOf(text)) {
        const [head, tail] = [text.slice(0, at), text.slice(at + width)];
        const [left, right] = [read(head, depth + 1, work), read(tail, depth + 1, work)];
        const seam = text.slice(at, at + width);
        better({ text: left.text + seam + right.text, known: left.known + right.known });
      }
    }
    work.seen.set(text, best);
    return best;
  }

  return (text, say) =>
    text.length > LONGEST
      ? text
      : read(text, 0, { say, seen: new Map(), left: MOST_READINGS }).text;
}

/**
 * Where a text may consist of two: lines, sentences, `a; b`, `a: b`, and the full stop after a
 * message that has none of its own. Position and width.
 */
function seamsOf(text: string): readonly (readonly [number, number])[] {
  const seams: [number, number][] = [];
  for (const found of text.matchAll(/\r?\n|; |: |(?<=[.!?]) |\.$/g)) {
    if (found.index > 0) seams.push([found.index, found[0].length]);
    if (seams.length === MOST_SEAMS) break;
  }
  return seams;
}
