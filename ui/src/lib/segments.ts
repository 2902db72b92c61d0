/**
 * Cuts a text into pieces by character ranges, so that highlights are built from text alone.
 * Owns the counting: ranges count characters (Unicode scalar values), JavaScript strings count
 * UTF-16 units. Knows nothing of elements or styles. Never loses or repeats a character, whatever
 * the ranges are.
 */

/** Begin and end (exclusive), in characters. */
export type CharRange = [number, number];

/** How words are set. */
export type WordStyle = 'emphasis' | 'strong' | 'struck' | 'code' | 'link';

export type Segment = {
  text: string;
  /** Matches a word of the query. */
  marked: boolean;
  /** Belongs to the passage that was found. */
  lit: boolean;
  /** How it is set: none for most. */
  set: WordStyle[];
};

const MARKED = 1;
const LIT = 2;
const WORD_STYLES: WordStyle[] = ['emphasis', 'strong', 'struck', 'code', 'link'];
const bitOf = (style: WordStyle) => 4 << WORD_STYLES.indexOf(style);

/** A text with what each of its characters is; pieces of it are cut as they are needed. */
export class CutText {
  readonly characters: string[];
  #covered: Uint8Array;

  constructor(
    text: string,
    marks: readonly CharRange[],
    passage: CharRange | null = null,
    set: readonly (readonly [CharRange, WordStyle])[] = [],
  ) {
    this.characters = Array.from(text);
    this.#covered = new Uint8Array(this.characters.length);
    for (const range of marks) this.#cover(range, MARKED);
    if (passage) this.#cover(passage, LIT);
    for (const [range, style] of set) this.#cover(range, bitOf(style));
  }

  /** The pieces from one character to another, in order; neighbours always differ in something. */
  pieces(from: number, to: number): Segment[] {
    const end = Math.min(to, this.characters.length);
    const pieces: Segment[] = [];
    let start = Math.max(0, from);
    for (let at = start + 1; at <= end; at += 1) {
      if (at < end && this.#covered[at] === this.#covered[start]) continue;
      const bits = this.#covered[start] ?? 0;
      pieces.push({
        text: this.characters.slice(start, at).join(''),
        marked: (bits & MARKED) !== 0,
        lit: (bits & LIT) !== 0,
        set: bits < 4 ? [] : WORD_STYLES.filter((style) => (bits & bitOf(style)) !== 0),
      });
      start = at;
    }
    return pieces;
  }

  /** The same without white space at either end. */
  trimmed(from: number, to: number): Segment[] {
    const isBlank = (at: number) => /^\s$/u.test(this.characters[at] ?? '');
    let [start, end] = [from, Math.min(to, this.characters.length)];
    while (start < end && isBlank(end - 1)) end -= 1;
    while (start < end && isBlank(start)) start += 1;
    return this.pieces(start, end);
  }

  text(from: number, to: number): string {
    return this.characters.slice(from, to).join('');
  }

  #cover([begin, end]: CharRange, bit: number): void {
    const last = Math.min(end, this.#covered.length);
    for (let at = Math.max(0, begin); at < last; at += 1) {
      this.#covered[at] = (this.#covered[at] ?? 0) | bit;
    }
  }
}

/** The pieces of `text`, in order; neighbours always differ in something. */
export function segments(
  text: string,
  marks: readonly CharRange[],
  passage: CharRange | null = null,
): Segment[] {
  const cut = new CutText(text, marks, passage);
  return cut.pieces(0, cut.characters.length);
}
