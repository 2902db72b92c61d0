/**
 * Cuts a text into pieces by character ranges, so that highlights are built from text alone.
 * Owns the counting: ranges count characters (Unicode scalar values), JavaScript strings count
 * UTF-16 units. Knows nothing of elements or styles. Never loses or repeats a character, whatever
 * the ranges are.
 */

/** Begin and end (exclusive), in characters. */
export type CharRange = [number, number];

export type Segment = {
  text: string;
  /** Matches a word of the query. */
  marked: boolean;
  /** Belongs to the passage that was found. */
  lit: boolean;
};

/** The pieces of `text`, in order; neighbours always differ in `marked` or `lit`. */
export function segments(
  text: string,
  marks: readonly CharRange[],
  passage: CharRange | null = null,
): Segment[] {
  const characters = Array.from(text);
  const length = characters.length;
  const markCover = coverage(marks, length);
  const litCover = coverage(passage ? [passage] : [], length);

  const pieces: Segment[] = [];
  let start = 0;
  for (let end = 1; end <= length; end += 1) {
    const same =
      end < length && markCover[end] === markCover[start] && litCover[end] === litCover[start];
    if (same) continue;
    pieces.push({
      text: characters.slice(start, end).join(''),
      marked: markCover[start] === 1,
      lit: litCover[start] === 1,
    });
    start = end;
  }
  return pieces;
}

/** One flag per character: 1 where some range covers it. Ranges may overlap or reach beyond the text. */
function coverage(ranges: readonly CharRange[], length: number): Uint8Array {
  const covered = new Uint8Array(length);
  for (const [begin, end] of ranges) {
    covered.fill(1, Math.max(0, Math.min(begin, length)), Math.max(0, Math.min(end, length)));
  }
  return covered;
}
