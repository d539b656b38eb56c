import type { Page, Paging } from '#domain/repositories.ts';
import { type Pages, pageWithin } from './render/pages.ts';

/** A page of a list; the last one that there is where the list has become shorter since. */
export async function readPage<T>(
  wanted: number,
  size: number,
  read: (paging: Paging) => Promise<Page<T>>,
): Promise<{ readonly items: readonly T[]; readonly pages: Pages }> {
  const at = (page: number) => read({ offset: page * size, limit: size });
  let [page, found] = [wanted, await at(wanted)];
  if (found.items.length === 0 && found.total > 0) {
    page = pageWithin(wanted, size, found.total);
    found = await at(page);
  }
  return { items: found.items, pages: { page, size, total: found.total } };
}
