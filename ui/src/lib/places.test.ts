import { describe, expect, it } from 'vitest';
import { nFitting, rowAt, UNMEASURED, visibleRange } from './places';

describe('visibleRange', () => {
  const view = { scrollTop: 0, height: 400, rowHeight: 100 };

  it('draws what is seen, and some rows on either side', () => {
    expect(visibleRange(view, 10_000)).toEqual({ start: 0, end: 8 });
    expect(visibleRange({ ...view, scrollTop: 50_050 }, 10_000)).toEqual({ start: 496, end: 509 });
  });

  it('ends with the list, also when that has become shorter than where one looks', () => {
    expect(visibleRange({ ...view, scrollTop: 999_600 }, 10_000)).toEqual({ start: 9992, end: 10_000 });
    expect(visibleRange({ ...view, scrollTop: 999_600 }, 3)).toEqual({ start: 3, end: 3 });
    expect(visibleRange(view, 0)).toEqual({ start: 0, end: 0 });
  });

  it('draws some rows before anything is measured, for one of them must be', () => {
    expect(visibleRange({ ...view, rowHeight: 0 }, 10_000)).toEqual({ start: 0, end: UNMEASURED });
  });
});

it('a point belongs to the row whose place holds it', () => {
  expect([0, 99, 100, 250].map((y) => rowAt(y, 100))).toEqual([0, 0, 1, 2]);
  expect([rowAt(5, 0), rowAt(-1, 100)]).toEqual([null, null]);
});

it('a row that is cut off counts among those that fit', () => {
  expect([400, 401].map((height) => nFitting({ height, rowHeight: 100 }))).toEqual([4, 5]);
  expect(nFitting({ height: 400, rowHeight: 0 })).toBe(UNMEASURED);
});
