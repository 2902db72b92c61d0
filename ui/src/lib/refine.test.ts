import { describe, expect, it } from 'vitest';
import { refine } from './refine';

const rows = (...ids: number[]) => ids.map((file_id) => ({ file_id, from: 'shown' }));
const fresh = (...ids: number[]) => ids.map((file_id) => ({ file_id, from: 'incoming' }));
const ids = (list: { file_id: number }[]) => list.map((row) => row.file_id);

/** A small generator with a seed (mulberry32), so that a failing case can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffled(list: number[], next: () => number): number[] {
  return list
    .map((value) => ({ value, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

describe('refine', () => {
  it('takes over the better order where nothing is protected', () => {
    expect(ids(refine(rows(1, 2, 3), fresh(3, 1, 2), [], 10))).toEqual([3, 1, 2]);
  });

  it('reorders the others around the row under the hand', () => {
    expect(ids(refine(rows(1, 2, 3, 4), fresh(4, 3, 2, 1), [2], 10))).toEqual([4, 2, 3, 1]);
  });

  it('keeps rows that the refinement does not name, at the end', () => {
    expect(ids(refine(rows(1, 2, 3), fresh(9, 3), [], 10))).toEqual([9, 3, 1, 2]);
  });

  it('drops rows only beyond the limit', () => {
    expect(ids(refine(rows(1, 2, 3), fresh(8, 9), [], 3))).toEqual([8, 9, 1]);
  });

  it('shows the newer content of a protected row', () => {
    expect(refine(rows(1, 2), fresh(2, 1), [1], 10)[0]?.from).toBe('incoming');
  });

  it('keeps a result once, even when it is sent twice', () => {
    expect(ids(refine([], fresh(1, 2, 1), [], 10))).toEqual([1, 2]);
  });

  it('never moves a protected row and never loses a row within the limit, in 2000 random cases', () => {
    for (let seed = 0; seed < 2000; seed += 1) {
      const next = random(seed);
      const pool = Array.from({ length: 30 }, (_, id) => id);
      const shown = shuffled(pool, next).slice(0, Math.floor(next() * 20));
      const incoming = shuffled(pool, next).slice(0, Math.floor(next() * 25));
      const held = shuffled(pool, next).slice(0, Math.floor(next() * 3));
      const limit = Math.max(shown.length, Math.floor(next() * 30));
      const merged = ids(refine(rows(...shown), fresh(...incoming), held, limit));

      for (const id of held) {
        if (shown.includes(id)) expect([seed, merged.indexOf(id)]).toEqual([seed, shown.indexOf(id)]);
      }
      const all = new Set([...shown, ...incoming]);
      expect([seed, merged.length]).toEqual([seed, Math.min(limit, all.size)]);
      expect([seed, new Set(merged).size]).toEqual([seed, merged.length]);
      if (limit >= all.size) expect([seed, new Set(merged)]).toEqual([seed, all]);

      const wanted = incoming.filter((id) => !(held.includes(id) && shown.includes(id)));
      const got = merged.filter((id) => wanted.includes(id));
      expect([seed, got]).toEqual([seed, wanted.slice(0, got.length)]);
    }
  });
});
