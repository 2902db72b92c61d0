/**
 * Moves the window of a long passage so that its first highlight, or without one the sentence that
 * carried the meaning, is among the three lines shown.
 * Owns where the excerpt begins, and cuts what three lines can never hold, for a web view lays out all it
 * is given; how much of the rest fits is left to the style sheet, which clamps it.
 */
import type { CharRange } from './segments';

/** About one line of a result row: what may stand before the first highlight. */
const LEAD_CHARACTERS = 70;
/** How far back a word boundary is looked for, so that the excerpt begins with a whole word. */
const BOUNDARY_SEARCH = 24;
/** More than three lines of the widest row hold, whatever the letters. */
const MOST_CHARACTERS = 600;

export type Excerpt = { text: string; highlights: CharRange[]; sentence: CharRange | null };

export function excerpt(
  passage: string,
  highlights: readonly CharRange[],
  sentence: CharRange | null = null,
): Excerpt {
  // A row shows running text: line breaks and runs of blanks would waste its three lines.
  // Each blank becomes one space, so that positions stay what they are.
  const characters = Array.from(passage, (c) => (/\s/.test(c) ? ' ' : c));
  const leads = highlights.length > 0 || !sentence ? highlights : [sentence];
  const first = leads.reduce((least, [begin]) => Math.min(least, begin), Infinity);
  if (first <= LEAD_CHARACTERS || first >= characters.length) {
    const text = characters.slice(0, MOST_CHARACTERS).join('');
    return { text, highlights: highlights.map(([b, e]) => [b, e]), sentence };
  }

  const earliest = first - LEAD_CHARACTERS;
  let start = earliest;
  for (let at = earliest; at < earliest + BOUNDARY_SEARCH; at += 1) {
    if (characters[at] === ' ') {
      start = at + 1;
      break;
    }
  }
  const ellipsis = ['…', ' '];
  const shift = start - ellipsis.length;
  return {
    text: [...ellipsis, ...characters.slice(start, start + MOST_CHARACTERS)].join(''),
    highlights: highlights.map(([begin, end]) => [begin - shift, end - shift]),
    sentence: sentence && [sentence[0] - shift, sentence[1] - shift],
  };
}
