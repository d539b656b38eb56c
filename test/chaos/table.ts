import type { Outcome } from './scenario.ts';

export interface Row {
  readonly id: string;
  readonly asked: string;
  readonly seed: number;
  /** Text: it could not be played to its end. */
  readonly seen: Outcome | string;
}

const HEAD = ['', 'scenario', 'seed', 'servers', 'time', 'acts', 'logins', 'messages', 'verdict'];

/** What was asked and what was seen, one line each, and below each line what did not hold. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ id, asked, seed, seen }) => {
    if (typeof seen === 'string') return [id, asked, `${seed}`, '', '', '', '', '', 'FAILED'];
    const { servers, minutes, acting, logins, messages, broken } = seen;
    const figures = [servers, `${minutes} min`, acting, logins, messages].map(String);
    return [id, asked, `${seed}`, ...figures, broken.length === 0 ? 'holds' : 'BROKEN'];
  });
  const widths = HEAD.map((head, at) =>
    Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const below = ({ seen }: Row) =>
    (typeof seen === 'string' ? [seen] : seen.broken).map((text) => `      ${text}`);
  return [line(HEAD), ...rows.flatMap((row, at) => [line(cells[at] ?? []), ...below(row)])].join(
    '\n',
  );
}
