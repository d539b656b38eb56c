/** A column of a table: its title and the path of its value, `connection.address` for example. */
export type Column = readonly [title: string, path: string];

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (here, key) =>
        typeof here === 'object' && here !== null
          ? (here as Readonly<Record<string, unknown>>)[key]
          : undefined,
      value,
    );

/** One line of text, with what could steer a terminal taken out: names come from outside. */
export function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/\p{Cc}+/gu, ' ');
}

export function table(rows: readonly unknown[], columns: readonly Column[]): string {
  const cells = rows.map((row) => columns.map(([, path]) => plain(at(row, path))));
  const all = [columns.map(([title]) => title.toUpperCase()), ...cells];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One thing: a line per field, lists of objects as tables below. */
export function details(value: unknown): string {
  if (typeof value !== 'object' || value === null) return plain(value);
  const entries = Object.entries(value).filter(([, field]) => !isRows(field));
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  const lines = entries.map(([name, field]) => `${name.padEnd(width)}  ${short(field)}`);
  const lists = Object.entries(value)
    .filter((entry): entry is [string, readonly object[]] => isRows(entry[1]))
    .map(([name, rows]) => {
      const columns = Object.keys(rows[0] ?? {}).map((key) => [key, key] as const);
      return `\n${name}:\n${table(rows, columns)}`;
    });
  return [...lines, ...lists].join('\n');
}

const isRows = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';

function short(value: unknown): string {
  if (Array.isArray(value)) return plain(value.join(', '));
  if (typeof value !== 'object' || value === null) return plain(value);
  const parts = Object.entries(value).filter(([, field]) => field !== null && field !== '');
  return plain(parts.map(([name, field]) => `${name}=${plain(field)}`).join(' '));
}
