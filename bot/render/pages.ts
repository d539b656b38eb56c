import type { Translate } from '../locales/translate.ts';
import type { Button } from './message.ts';

/** Letters of a button that still fits beside another on a phone. */
const HALF = 18;
const LONGEST = 40;

/** Two in a row, where both are short. */
export function inRows(buttons: readonly Button[]): readonly (readonly Button[])[] {
  const rows: Button[][] = [];
  for (const button of buttons) {
    const points = [...button.text];
    const text =
      points.length > LONGEST ? `${points.slice(0, LONGEST - 1).join('')}…` : button.text;
    const last = rows.at(-1);
    const fits = [...(last ?? []), button].every((one) => [...one.text].length <= HALF);
    if (last?.length === 1 && fits) last.push({ ...button, text });
    else rows.push([{ ...button, text }]);
  }
  return rows;
}

export interface Pages {
  /** From 0. */
  readonly page: number;
  readonly size: number;
  readonly total: number;
}

/** The page that there is, where a list has become shorter since. */
export const pageWithin = (page: number, size: number, total: number): number =>
  Math.max(0, Math.min(page, Math.ceil(total / size) - 1));

/** `‹ Back` and `More ›`, as far as there is anything; `data` makes the button of a page. */
export function turnButtons(
  t: Translate,
  { page, size, total }: Pages,
  data: (page: number) => string,
): readonly (readonly Button[])[] {
  const row = [
    ...(page > 0 ? [{ text: t.plain('button.previous'), data: data(page - 1) }] : []),
    ...((page + 1) * size < total ? [{ text: t.plain('button.next'), data: data(page + 1) }] : []),
  ];
  return row.length > 0 ? [row] : [];
}

/** `11–20 of 4000`; null where everything is on one page. */
export const pageLine = (t: Translate, { page, size, total }: Pages) =>
  total > size
    ? t('servers.page', {
        from: page * size + 1,
        to: Math.min(total, (page + 1) * size),
        total,
      })
    : null;
