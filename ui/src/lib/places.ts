/**
 * Which rows of a long list are drawn, when all of them are equally high.
 * Owns the arithmetic alone; pure, so that its ends are tested.
 */
export type View = { scrollTop: number; height: number; rowHeight: number };

/** Drawn above and below the visible rows, so that a fast scroll meets rows and not emptiness. */
const MARGIN = 4;
/** As long as nothing has been measured, so many are drawn, and taken to fill the window. */
export const UNMEASURED = 12;

/** The first row that is drawn, and the one behind the last. */
export function visibleRange(view: View, nRows: number): { start: number; end: number } {
  if (view.rowHeight <= 0 || view.height <= 0) return { start: 0, end: Math.min(nRows, UNMEASURED) };
  const first = Math.floor(view.scrollTop / view.rowHeight) - MARGIN;
  const behind = Math.ceil((view.scrollTop + view.height) / view.rowHeight) + MARGIN;
  const end = Math.max(0, Math.min(nRows, behind));
  return { start: Math.max(0, Math.min(first, end)), end };
}

/** How many rows fill what is visible, the one that is cut off included. */
export function nFitting(view: Omit<View, 'scrollTop'>): number {
  if (view.rowHeight <= 0 || view.height <= 0) return UNMEASURED;
  return Math.ceil(view.height / view.rowHeight);
}

/** The number of the row whose place holds a point, from the list's top. */
export function rowAt(y: number, rowHeight: number): number | null {
  return rowHeight <= 0 || y < 0 ? null : Math.floor(y / rowHeight);
}
