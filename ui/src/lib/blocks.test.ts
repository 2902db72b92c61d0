/** What becomes what in a preview: every kind of block, and that no word is lost or takes a wrong mark. */
import { describe, expect, it } from 'vitest';
import type { Part, Preview, Style } from '../host/bindings';
import { blocksOf, columnLetters, type Block } from './blocks';
import type { CharRange, Segment } from './segments';

const part = (span: CharRange, rest: Partial<Part> = {}): Part => ({ span, heading: null, label: null, line: null, ...rest });

function preview(text: string, rest: Partial<Preview> = {}): Preview {
  return {
    path: '/home/robin/a.md',
    name: 'a.md',
    title: null,
    page: null,
    unit: 'page',
    n_pages: null,
    line: null,
    text,
    passage: null,
    highlights: [],
    parts: [],
    styles: [],
    inside: [],
    more_before: false,
    more_after: false,
    ...rest,
  };
}

const words = (pieces: Segment[]) => pieces.map((piece) => piece.text).join('');
const cell = (row: number, column: number, is_name = false): Style => ({ is: 'cell', row, column, is_name });

/** Where some words stand, in characters. */
function at(text: string, found: string, from = 0): CharRange {
  const start = Array.from(text.slice(0, text.indexOf(found, from))).length;
  return [start, start + Array.from(found).length];
}

function table(blocks: Block[]): Extract<Block, { is: 'table' }> {
  const found = blocks.find((block) => block.is === 'table');
  if (found?.is !== 'table') throw new Error('there is no table');
  return found;
}

describe('blocks', () => {
  it('shows a text without structure as it stands', () => {
    const blocks = blocksOf(preview('one\n\ntwo'));
    expect(blocks).toEqual([
      { is: 'paragraph', pieces: [{ text: 'one\n\ntwo', marked: false, lit: false, set: [] }] },
    ]);
  });

  it('keeps marks and styles on their words, behind an emoji too', () => {
    const text = '🏗 Pier\n\nan old crane';
    const [heading, paragraph] = blocksOf(
      preview(text, {
        parts: [part([0, 8], { heading: 1 }), part([8, 20])],
        highlights: [at(text, 'crane')],
        styles: [{ span: at(text, 'old crane'), style: { is: 'strong' } }],
      }),
    );
    expect(heading).toMatchObject({ is: 'heading', level: 1, pieces: [{ text: '🏗 Pier' }] });
    expect(paragraph).toMatchObject({
      pieces: [
        { text: 'an ', set: [] },
        { text: 'old ', set: ['strong'], marked: false },
        { text: 'crane', set: ['strong'], marked: true },
      ],
    });
  });

  it('tells items, quotes and code apart', () => {
    const text = 'water\n\nhe said\n\nlet a\n  = 1;';
    const blocks = blocksOf(
      preview(text, {
        parts: [part([0, 7]), part([7, 16]), part([16, 28])],
        styles: [
          { span: [0, 5], style: { is: 'item', depth: 2, sign: '•' } },
          { span: [7, 14], style: { is: 'quote', depth: 1 } },
          { span: [16, 28], style: { is: 'code_block' } },
        ],
      }),
    );
    expect(blocks.map((block) => block.is)).toEqual(['item', 'quote', 'code']);
    expect(blocks[0]).toMatchObject({ depth: 2, sign: '•', pieces: [{ text: 'water' }] });
    expect(blocks[2]).toMatchObject({ pieces: [{ text: 'let a\n  = 1;' }] });
  });

  it('joins rows into one table, lights the row that was found, and leaves a place for empty cells', () => {
    const text = 'ship: Aurora | port: Kiel\nport: Bergen\n\nport: Oslo';
    const styles = [
      { span: at(text, 'ship'), style: cell(2, 0, true) },
      { span: at(text, 'Aurora'), style: cell(2, 0) },
      { span: at(text, 'port'), style: cell(2, 1, true) },
      { span: at(text, 'Kiel'), style: cell(2, 1) },
      { span: at(text, 'port', 20), style: cell(3, 1, true) },
      { span: at(text, 'Bergen'), style: cell(3, 1) },
      { span: at(text, 'port', 35), style: cell(4, 1, true) },
      { span: at(text, 'Oslo'), style: cell(4, 1) },
    ];
    const split = text.indexOf('\n\n') + 2;
    const blocks = blocksOf(
      preview(text, {
        name: 'a.csv',
        parts: [part([0, split]), part([split, text.length])],
        styles,
        passage: at(text, 'port: Bergen'),
        highlights: [at(text, 'Bergen')],
      }),
    );
    expect(blocks).toHaveLength(1);
    const { names, rows, isNumbered } = table(blocks);
    expect(names.map(words)).toEqual(['ship', 'port']);
    expect(rows.map((row) => [row.number, row.lit, row.cells.map(words)])).toEqual([
      [2, false, ['Aurora', 'Kiel']],
      [3, true, ['', 'Bergen']],
      [4, false, ['', 'Oslo']],
    ]);
    expect(rows[1]?.cells[1]).toMatchObject([{ marked: true, lit: true }]);
    expect(isNumbered).toBe(true);
  });

  it('numbers lines of code from the line where the text begins', () => {
    const text = 'fn a() {\n\n}\n';
    const [block] = blocksOf(preview(text, { name: 'a.rs', parts: [part([0, text.length], { line: 41 })] }));
    expect(block).toMatchObject({ is: 'lines' });
    const lines = block?.is === 'lines' ? block.lines : [];
    expect(lines.map((line) => [line.number, words(line.pieces)])).toEqual([
      [41, 'fn a() {'],
      [42, ''],
      [43, '}'],
    ]);
  });

  it('cuts the headers of a mail at their names and keeps what was found in them', () => {
    const text = 'From: Ada 🦉 <ada@example.org>\nSubject: The bill\n\nPaid.';
    const body = text.indexOf('Paid') - 1;
    const [headers, paragraph] = blocksOf(
      preview(text, {
        name: 'a.eml',
        parts: [part([0, body], { label: 'headers' }), part([body, body + 5], { label: 'body' })],
        highlights: [at(text, 'bill')],
      }),
    );
    expect(headers).toMatchObject({
      is: 'headers',
      headers: [
        { name: 'From', pieces: [{ text: 'Ada 🦉 <ada@example.org>' }] },
        { name: 'Subject', pieces: [{ text: 'The ' }, { text: 'bill', marked: true }] },
      ],
    });
    expect(paragraph).toMatchObject({ is: 'paragraph', pieces: [{ text: 'Paid.' }] });
  });

  it('says where the notes of a slide begin, once', () => {
    const blocks = blocksOf(
      preview('Title\n\nsaid\n\nmore', {
        name: 'a.pptx',
        unit: 'slide',
        page: 2,
        parts: [part([0, 7], { heading: 1 }), part([7, 13], { label: 'notes' }), part([13, 17], { label: 'notes' })],
      }),
    );
    expect(blocks.map((block) => block.is)).toEqual(['heading', 'label', 'paragraph', 'paragraph']);
  });

  it('never makes markup of what a document says', () => {
    const text = '<img src=x onerror=alert(1)>';
    const [block] = blocksOf(preview(text, { parts: [part([0, text.length])] }));
    expect(block).toMatchObject({ is: 'paragraph', pieces: [{ text }] });
  });

  it('counts columns in letters', () => {
    expect([0, 25, 26, 701, 702].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  });
});
