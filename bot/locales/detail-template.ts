/** What the agent writes in English, by its source text, with {0}, {1} … for the values in it. */
export interface Details {
  /**
   * Texts of another language. A value is shown as it is by `{0}`; `{0:text}` is translated in its
   * turn, `{0:words}` word by word, `{0:moment}` shown as a time, `{0:rung}` by the key `rung.…`.
   */
  readonly texts: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<string, string>>;
}

/** A value's place in a text, and how it is shown there. */
export interface Hole {
  readonly index: number;
  readonly kind: string;
}

/** One source text, ready to be found again in what was written. */
export interface Template {
  /** What stands before, between and after the values. */
  readonly literals: readonly string[];
  /** Letters that have to be there: the more there are, the surer it is the right one. */
  readonly weight: number;
  readonly says: readonly (string | Hole)[];
}

const HOLE = /\{(\d+)(?::(\w+))?\}/g;

export function templateOf(source: string, target: string): Template {
  const literals = source.split(/\{\d+\}/);
  const says: (string | Hole)[] = [];
  let from = 0;
  for (const found of target.matchAll(HOLE)) {
    const [all, index, kind = ''] = found;
    says.push(target.slice(from, found.index), { index: Number(index), kind });
    from = found.index + all.length;
  }
  says.push(target.slice(from));
  return { literals, weight: literals.join('').length, says };
}

/**
 * The values that a text has where the template has holes; null where it is another text. Without
 * backtracking: each literal is taken where it stands first, the last one at the end.
 */
export function valuesIn({ literals }: Template, text: string): readonly string[] | null {
  const [first = '', ...others] = literals;
  const last = others.pop();
  if (last === undefined) return text === first ? [] : null;
  const end = text.length - last.length;
  if (!text.startsWith(first) || end < first.length || !text.endsWith(last)) return null;
  const values: string[] = [];
  let from = first.length;
  for (const literal of others) {
    const at = text.indexOf(literal, from);
    if (at < 0 || at + literal.length > end) return null;
    values.push(text.slice(from, at));
    from = at + literal.length;
  }
  return [...values, text.slice(from, end)];
}
