/**
 * A preview's text as blocks that can be drawn: headings, lists, tables, lines of code, headers.
 * Owns what becomes what; the cutting is `segments.ts`, the elements are components. Everything comes
 * from text, ranges and structure: nothing a document says is ever markup here.
 * Start reading at `blocksOf`.
 */
import type { Part, Preview, Style } from '../host/bindings';
import { fileFamily } from './file-family';
import { CutText, type CharRange, type Segment, type WordStyle } from './segments';

export type TableRow = { number: number; lit: boolean; cells: Segment[][] };

export type Block =
  | { is: 'heading'; level: number; pieces: Segment[] }
  | { is: 'paragraph'; pieces: Segment[] }
  | { is: 'item'; depth: number; sign: string | null; pieces: Segment[] }
  | { is: 'quote'; depth: number; pieces: Segment[] }
  | { is: 'code'; pieces: Segment[] }
  /** Numbers are absent where they are not those of the file. */
  | { is: 'lines'; lines: { number: number | null; pieces: Segment[] }[] }
  | { is: 'table'; names: Segment[][]; rows: TableRow[]; isNumbered: boolean }
  /** Of a mail: who, to whom, when, about what. */
  | { is: 'headers'; headers: { name: string; pieces: Segment[] }[] }
  /** What the parts that follow are, in the document's own words: `notes`. */
  | { is: 'label'; label: string };

type Cell = Extract<Style, { is: 'cell' }> & { span: CharRange };

/** How a part as a whole is set. */
type PartStyle = Extract<Style, { is: 'item' | 'quote' | 'code_block' }>;

const TABLES = /\.(csv|tsv|tab|psv)$/i;

/** The blocks of a preview, in the order of its text. */
export function blocksOf(preview: Preview): Block[] {
  const cut = new CutText(preview.text, preview.highlights, preview.passage, wordStyles(preview));
  const isCode = isSourceCode(preview.name);
  const parts = preview.parts.length > 0 ? preview.parts : [wholeOf(cut)];
  const sorted = new Sorted(preview);
  const blocks: Block[] = [];
  let label: string | null = null;
  for (const part of parts) {
    const [from, to] = part.span;
    const told = part.label !== null && isTold(part, preview) ? part.label : null;
    if (told !== label && told !== null) blocks.push({ is: 'label', label: told });
    label = told;
    const cells = sorted.cellsIn(part);
    if (cells.length > 0) addTable(blocks, cut, cells, isNumbered(preview), preview.passage);
    else if (part.label === 'headers') blocks.push(headersOf(cut, part));
    else if (part.heading !== null) {
      blocks.push({ is: 'heading', level: part.heading, pieces: cut.trimmed(from, to) });
    } else if (isCode) blocks.push(linesOf(cut, part));
    else blocks.push(blockOf(cut, part, sorted.styleOf(part)));
  }
  return blocks;
}

export function isSourceCode(name: string): boolean {
  return fileFamily(name.split('.').pop()?.toLowerCase() ?? '') === 'code';
}

/** The name of a column that has none: A to Z, then AA. */
export function columnLetters(column: number): string {
  const rest = Math.floor(column / 26);
  const last = String.fromCharCode(65 + (column % 26));
  return rest === 0 ? last : columnLetters(rest - 1) + last;
}

/** The rows of what is a table by itself have numbers that people use. */
function isNumbered({ unit, page, name }: Preview): boolean {
  return (unit === 'sheet' && page !== null) || TABLES.test(name);
}

/** Of places: a slide's notes and a mail's parts; not where the rows of a table stand. */
function isTold(part: Part, preview: Preview): boolean {
  return part.label !== 'headers' && part.label !== 'body' && !isNumbered(preview) && preview.unit === 'slide';
}

function wholeOf(cut: CutText): Part {
  return { span: [0, cut.characters.length], heading: null, label: null, line: null };
}

function wordStyles(preview: Preview): [CharRange, WordStyle][] {
  const words: [CharRange, WordStyle][] = [];
  for (const { span, style } of preview.styles) {
    if (style.is === 'item' || style.is === 'quote' || style.is === 'code_block') continue;
    if (style.is !== 'cell') words.push([span, style.is]);
  }
  return words;
}

/** Styles by the parts that they belong to; both come in the order of the text. */
class Sorted {
  #cells: Cell[] = [];
  #parts = new Map<number, PartStyle>();

  constructor(preview: Preview) {
    for (const { span, style } of preview.styles) {
      if (style.is === 'cell') this.#cells.push({ ...style, span });
      // Code in an item is code first.
      else if (style.is === 'code_block') this.#parts.set(span[0], style);
      else if (style.is === 'item' || style.is === 'quote') {
        if (!this.#parts.has(span[0])) this.#parts.set(span[0], style);
      }
    }
    this.#cells.sort((a, b) => a.span[0] - b.span[0]);
  }

  cellsIn({ span: [from, to] }: Part): Cell[] {
    const first = this.#cells.findIndex((cell) => cell.span[0] >= from);
    if (first < 0) return [];
    const cells: Cell[] = [];
    for (let at = first; at < this.#cells.length; at += 1) {
      const cell = this.#cells[at];
      if (!cell || cell.span[0] >= to) break;
      cells.push(cell);
    }
    return cells;
  }

  styleOf(part: Part): PartStyle | null {
    return this.#parts.get(part.span[0]) ?? null;
  }
}

function blockOf(cut: CutText, { span: [from, to] }: Part, style: PartStyle | null): Block {
  if (style?.is === 'code_block') return { is: 'code', pieces: cut.pieces(from, endOfText(cut, to)) };
  const pieces = cut.trimmed(from, to);
  if (style?.is === 'item') return { is: 'item', depth: style.depth, sign: style.sign, pieces };
  if (style?.is === 'quote') return { is: 'quote', depth: style.depth, pieces };
  return { is: 'paragraph', pieces };
}

function endOfText(cut: CutText, to: number): number {
  let end = to;
  while (end > 0 && cut.characters[end - 1] === '\n') end -= 1;
  return end;
}

function linesOf(cut: CutText, { span: [from, to], line }: Part): Block {
  const lines: { number: number | null; pieces: Segment[] }[] = [];
  const end = endOfText(cut, to);
  let start = from;
  for (let at = from; at <= end; at += 1) {
    if (at < end && cut.characters[at] !== '\n') continue;
    lines.push({ number: line === null ? null : line + lines.length, pieces: cut.pieces(start, at) });
    start = at + 1;
  }
  return { is: 'lines', lines };
}

function headersOf(cut: CutText, { span: [from, to] }: Part): Block {
  const headers: { name: string; pieces: Segment[] }[] = [];
  let start = from;
  for (const line of cut.text(from, to).trimEnd().split('\n')) {
    const length = Array.from(line).length;
    const name = /^([\w-]+): /.exec(line)?.[1] ?? '';
    // Names are plain letters, so they count alike.
    const valueAt = name === '' ? 0 : name.length + 2;
    headers.push({ name, pieces: cut.trimmed(start + valueAt, start + length) });
    start += length + 1;
  }
  return { is: 'headers', headers };
}

/** Goes on with the table before it, if that has the same columns. */
function addTable(
  blocks: Block[],
  cut: CutText,
  cells: Cell[],
  isNumbered: boolean,
  passage: CharRange | null,
): void {
  const named = new Map<number, Segment[]>();
  const rows = new Map<number, Cell[]>();
  for (const cell of cells) {
    if (cell.is_name) {
      if (!named.has(cell.column)) named.set(cell.column, cut.trimmed(...cell.span));
    } else rows.set(cell.row, [...(rows.get(cell.row) ?? []), cell]);
  }
  const last = blocks.at(-1);
  const width = Math.max(...cells.map((cell) => cell.column)) + 1;
  const names = Array.from({ length: named.size > 0 ? width : 0 }, (_, at) => named.get(at) ?? []);
  const table =
    last?.is === 'table' && goesOn(last.names, names)
      ? last
      : ({ is: 'table', names, rows: [], isNumbered } satisfies Block);
  if (table !== last) blocks.push(table);
  else if (names.length > table.names.length) table.names = names;
  for (const [number, found] of rows) {
    const columns = Math.max(...found.map((cell) => cell.column)) + 1;
    const row: Segment[][] = Array.from({ length: columns }, () => []);
    for (const cell of found) row[cell.column] = cut.trimmed(...cell.span);
    const lit = passage !== null && found.some(({ span }) => span[0] < passage[1] && span[1] > passage[0]);
    table.rows.push({ number, lit, cells: row });
  }
}

function goesOn(before: Segment[][], after: Segment[][]): boolean {
  const words = (name: Segment[] | undefined) => (name ?? []).map((piece) => piece.text).join('');
  return after.every((name, at) => {
    const known = words(before[at]);
    return known === '' || words(name) === '' || known === words(name);
  });
}
