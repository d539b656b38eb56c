import type { Kill } from './lane.ts';

const COLUMNS: readonly (readonly [title: string, value: (kill: Kill) => string | number])[] = [
  ['pass', ({ lane }) => lane],
  ['step', ({ step }) => step],
  ['killed', ({ point }) => point],
  ['reinstall', ({ calls }) => calls.reinstall],
  ['reset', ({ calls }) => calls['reset-password']],
  ['other calls', ({ otherCalls }) => otherCalls],
  ['playbooks left', ({ playbooks }) => playbooks],
  ['PostgreSQL, Redis', ({ databases }) => databases],
];

/** Step by point by provider calls up to the kill, one line each. */
export function table(kills: readonly Kill[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...kills.map((kill) => COLUMNS.map(([, value]) => String(value(kill)))),
  ];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
