/**
 * Documents of every kind that a preview shows in its own way: a note, a mail with what hangs on it, a
 * workbook, a table as text, slides, a scanned picture. Invented for this project, like the others.
 */
import type { Style } from './bindings';
import type { FakeDocument, FakeSet } from './fake-documents';

const HOME = '/home/robin/Documents';
const USUAL = { title: null, modified: '2025-06-12', copies: 0, about: '' };

/** A row of cells, or of the names of columns. */
function row(number: number, cells: string[], is_name = false): FakeSet {
  const words = cells.map((cell, column): [string, Style] => [cell, { is: 'cell', row: number, column, is_name }]);
  return { words };
}

const SHIFTS = [
  ['Berth', 'Ship', 'Arrives', 'Harbour dues'],
  ['4', 'Aurora', '2025-06-14', '1240'],
  ['5', 'Bremerhaven', '2025-06-15', '860.5'],
  ['7', 'Kormoran, the harbour tug', '2025-06-15', '0'],
  ['9', 'Sigrid', '2025-06-18', '2110'],
];

export const documentsOfKinds: FakeDocument[] = [
  {
    ...USUAL,
    folder: `${HOME}/Notes`,
    name: 'harbour walk.md',
    title: 'Harbour walk',
    paged: false,
    pages: [
      [
        'Harbour walk',
        'Start at the old crane and follow the quay; see the map for the rest.',
        'What to bring',
        'water, at least one litre',
        'the harbour pass, which the guard asks for',
        'good shoes',
        'spare laces',
        'The guard said: no dogs beyond the second gate.',
        'harbour.stations()\n  .filter(s => s.open)',
        'Stop\tMinutes',
        'Crane\t0',
        'Harbour light\t25',
        'The fog horn is not tested on Sundays any more.',
      ],
    ],
    set: [
      [
        { heading: 1, line: 1 },
        { words: [['old crane', { is: 'strong' }], ['the map', { is: 'link' }]] },
        { heading: 2 },
        { style: { is: 'item', depth: 1, sign: '•' } },
        { style: { is: 'item', depth: 1, sign: '☑' }, words: [['harbour pass', { is: 'emphasis' }]] },
        { style: { is: 'item', depth: 1, sign: '☐' } },
        { style: { is: 'item', depth: 2, sign: '1.' } },
        { style: { is: 'quote', depth: 1 } },
        { style: { is: 'code_block' } },
        row(1, ['Stop', 'Minutes'], true),
        row(2, ['Crane', '0']),
        row(3, ['Harbour light', '25']),
        { words: [['not', { is: 'struck' }], ['Sundays', { is: 'code' }]] },
      ],
    ],
  },
  {
    ...USUAL,
    folder: `${HOME}/Mail`,
    name: 'Re harbour berth.eml',
    title: 'Re: Your harbour berth',
    paged: false,
    inside: ['berths.csv'],
    pages: [
      [
        'From: Harbour office <office@harbour.example>\nTo: Robin Hale <robin@example.org>\nDate: 2025-06-11T08:42:00Z\nSubject: Re: Your harbour berth',
        'Dear Robin,\n\nthe harbour keeps berth 7 for you from the fifteenth on. The dues are in the table that hangs on this mail.\n\nKind regards\nM. Olsen',
      ],
    ],
    set: [[{ label: 'headers' }, { label: 'body' }]],
  },
  {
    ...USUAL,
    folder: `${HOME}/Mail/Re harbour berth.eml`,
    name: 'berths.csv',
    paged: false,
    pages: [
      [
        [
          'berth | ship',
          'berth: 4 | ship: Aurora',
          'berth: 7 | ship: Kormoran of the harbour company',
        ].join('\n'),
      ],
    ],
    set: [
      [
        {
          label: 'rows 1-3',
          words: [
            ...(row(1, ['berth', 'ship'], true).words ?? []),
            ['berth', { is: 'cell', row: 2, column: 0, is_name: true }],
            ['4', { is: 'cell', row: 2, column: 0, is_name: false }],
            ['ship', { is: 'cell', row: 2, column: 1, is_name: true }],
            ['Aurora', { is: 'cell', row: 2, column: 1, is_name: false }],
            ['berth', { is: 'cell', row: 3, column: 0, is_name: true }],
            ['7', { is: 'cell', row: 3, column: 0, is_name: false }],
            ['ship', { is: 'cell', row: 3, column: 1, is_name: true }],
            ['Kormoran of the harbour company', { is: 'cell', row: 3, column: 1, is_name: false }],
          ],
        },
      ],
    ],
  },
  {
    ...USUAL,
    folder: `${HOME}/Work`,
    name: 'berths 2025.xlsx',
    paged: true,
    unit: 'sheet',
    pages: [['June', ...SHIFTS.map((cells) => cells.join(' · '))]],
    set: [
      [
        { heading: 1 },
        ...SHIFTS.map((cells, at) => ({ ...row(at + 3, cells, at === 0), label: `June!A${at + 3}:D${at + 3}` })),
      ],
    ],
  },
  {
    ...USUAL,
    folder: `${HOME}/Work`,
    name: 'harbour plan.pptx',
    title: 'Plan for the harbour',
    paged: true,
    unit: 'slide',
    pages: [
      ['Plan for the old basin', 'Council, June 2025'],
      [
        'What the harbour needs',
        'Deeper water at berths 4 to 7\nA crane that lifts forty tonnes\nLight on the northern mole',
        'Say that the harbour light was out for nine weeks last year.',
      ],
    ],
    set: [[{ heading: 1 }, {}], [{ heading: 1 }, {}, { label: 'notes' }]],
  },
  {
    ...USUAL,
    folder: `${HOME}/Scans`,
    name: 'receipt harbour.png',
    paged: true,
    pages: [['Harbour office\nReceipt no. 2214', 'Berth 7, June 2025: 118.00', 'Paid in cash with thanks.']],
  },
];
