/** The orders in which results are shown. Owns the comparisons; how rows then move is `refine.ts`. */
import type { SearchResult } from '../host/bindings';

export type Sort = 'best' | 'newest' | 'name';
export const SORTS: Sort[] = ['best', 'newest', 'name'];

/** Rows in an order; `best` is the one that they come in. */
export function sorted<T extends Pick<SearchResult, 'name' | 'modified_ms'>>(
  rows: readonly T[],
  sort: Sort,
  locale?: string,
): T[] {
  if (sort === 'best') return [...rows];
  if (sort === 'newest') return rows.toSorted((a, b) => b.modified_ms - a.modified_ms);
  const names = new Intl.Collator(locale, { numeric: true });
  return rows.toSorted((a, b) => names.compare(a.name, b.name));
}
