import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt';
import { segments } from './segments';

const marked = (text: string, marks: [number, number][]) =>
  segments(text, marks)
    .filter((piece) => piece.marked)
    .map((piece) => piece.text);

describe('segments', () => {
  it('counts characters, so an emoji before a highlight does not shift it', () => {
    expect(marked('🏋️ towel 👩‍👧', [[3, 8]])).toEqual(['towel']);
    expect(marked('a😀b', [[1, 2]])).toEqual(['😀']);
  });

  it('cuts Chinese and Japanese text between characters', () => {
    expect(marked('京都への旅行は十一月', [[4, 6]])).toEqual(['旅行']);
    expect(marked('𠮷野家', [[0, 1]])).toEqual(['𠮷']);
  });

  it('merges ranges that overlap or touch', () => {
    expect(marked('abcdef', [[2, 4], [1, 3], [4, 5]])).toEqual(['bcde']);
  });

  it('marks words inside the lit passage and elsewhere', () => {
    expect(segments('one two three', [[4, 7], [8, 13]], [0, 7])).toEqual([
      { text: 'one ', marked: false, lit: true, set: [] },
      { text: 'two', marked: true, lit: true, set: [] },
      { text: ' ', marked: false, lit: false, set: [] },
      { text: 'three', marked: true, lit: false, set: [] },
    ]);
  });

  it('never loses or repeats text, whatever the ranges are', () => {
    const text = 'Zwölf Boxkämpfer 🥊 jagen 東京';
    for (const ranges of [[], [[0, 999]], [[-3, 2]], [[9, 4]], [[50, 60]], [[2, 2]]]) {
      const pieces = segments(text, ranges as [number, number][], [1, 400]);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    }
    expect(segments('', [[0, 3]])).toEqual([]);
  });
});

describe('excerpt', () => {
  it('leaves a passage alone whose first highlight is near its beginning', () => {
    expect(excerpt('A short one.', [[2, 7]])).toEqual({
      text: 'A short one.',
      highlights: [[2, 7]],
      sentence: null,
    });
  });

  it('begins near the first highlight of a long passage, and keeps positions right', () => {
    const passage = `${'many words stand before it 🍁 '.repeat(12)}needle and more`;
    const begin = Array.from(passage).length - 'needle and more'.length;
    const cut = excerpt(passage, [[begin, begin + 6]]);
    expect(cut.text.startsWith('… ')).toBe(true);
    expect(Array.from(cut.text).length).toBeLessThan(120);
    expect(marked(cut.text, cut.highlights)).toEqual(['needle']);
  });

  it('finds no word boundary in Japanese text and cuts between characters', () => {
    const cut = excerpt(`${'紅葉の時期'.repeat(40)}新幹線`, [[200, 203]]);
    expect(marked(cut.text, cut.highlights)).toEqual(['新幹線']);
  });

  it('shows the sentence that carried the meaning where no word matches, and keeps its place', () => {
    const passage = `${'first words '.repeat(30)}The sentence. ${'last words '.repeat(30)}`;
    const cut = excerpt(passage, [], [360, 373]);
    expect(Array.from(cut.text).slice(...cut.sentence!).join('')).toBe('The sentence.');
    expect(cut.text.startsWith('… ')).toBe(true);
    // A word that matches is what people look for first.
    expect(excerpt(passage, [[0, 5]], [360, 373]).text.startsWith('first')).toBe(true);
  });
});
