/**
 * The documents of the fake host: a small invented household, written for this project.
 * Owns texts and nothing else. Each document is a list of pages, each page a list of passages.
 */
import type { Style, Unit } from './bindings';

/** How a passage is set, and where it says it stands. */
export type FakeSet = {
  heading?: number;
  label?: string;
  line?: number;
  style?: Style;
  /** Cells in the order in which they stand; other words where they are met first. */
  words?: [string, Style][];
};

export type FakeDocument = {
  folder: string;
  name: string;
  title: string | null;
  modified: string;
  paged: boolean;
  copies: number;
  pages: string[][];
  /** For each passage of each page, how it is set. */
  set?: FakeSet[][];
  unit?: Unit;
  /** Names of documents that lie in it. */
  inside?: string[];
  /** Words that the text means without using them. */
  about: string;
};

const HOME = '/home/robin/Documents';

export const fakeDocuments: FakeDocument[] = [
  {
    folder: `${HOME}/Home/Contracts`,
    name: 'rental-agreement-2023.pdf',
    title: 'Rental agreement, Lindenstraße 14',
    modified: '2023-04-02',
    paged: true,
    copies: 2,
    about: 'flat apartment lease landlord end contract quit',
    pages: [
      [
        'Rental agreement between Margarete Vogt (landlord) and Robin Hale (tenant) for the flat on the second floor of Lindenstraße 14, three rooms, kitchen and bath, 74 square metres.',
        '§ 1 The tenancy begins on 1 May 2023 and is concluded for an indefinite time. Two sets of keys are handed over on that day and are to be returned when the tenancy ends.',
      ],
      [
        '§ 3 The rent is due on the third working day of each month. The deposit of two monthly rents is kept in a separate account and is repaid with interest after the flat has been returned.',
      ],
      [
        '§ 7 Small repairs up to 100 euros each are paid by the tenant, and at most 250 euros in one year. The landlord is to be told of any damage without delay.',
      ],
      [
        '§ 11 The flat is to be returned swept clean. Walls that were painted in unusual colours are to be painted white again before the keys are handed back.',
        '§ 12 The notice period for the tenant is three months to the end of a month. Notice must be given in writing and signed; an electronic message is not enough. For the landlord the notice period grows with the length of the tenancy: three months up to five years, six months from the fifth year, nine months from the eighth.',
        '§ 13 Keeping a dog needs the consent of the landlord. Small animals that live in cages do not.',
      ],
    ],
  },
  {
    folder: `${HOME}/Work/Employment`,
    name: 'Employment contract signed.docx',
    title: null,
    modified: '2024-09-16',
    paged: false,
    copies: 0,
    about: 'job quit resign end terminate salary',
    pages: [
      [
        'The employee begins work on 1 October 2024 as a cartographer. The first six months count as a trial time.',
        'During the trial time either side may end the contract with a notice period of two weeks. Afterwards the notice period is six weeks to the end of a quarter.',
        'The yearly leave is thirty working days. Leave that is not taken lapses at the end of March of the following year.',
      ],
    ],
  },
  {
    folder: `${HOME}/Home/Insurance`,
    name: 'household-insurance.pdf',
    title: 'Household insurance: terms',
    modified: '2022-11-30',
    paged: true,
    copies: 0,
    about: 'cancel policy water damage burst pipe flood',
    pages: [
      [
        'What is insured: furniture, clothing, books, instruments and bicycles in the flat, against fire, burglary, storm and water that escapes from pipes.',
      ],
      [
        'The contract renews itself by a year unless it is ended in writing with a notice period of three months before the year is over. After a claim both sides may end it within one month.',
      ],
    ],
  },
  {
    folder: `${HOME}/Notes/2025`,
    name: 'gym.md',
    title: 'Leaving the gym',
    modified: '2025-02-11',
    paged: false,
    copies: 0,
    about: 'notice period cancel terminate end contract',
    pages: [
      [
        '# Leaving the gym\n\nThey want it on paper. Four weeks ahead, otherwise it runs for another year. Send it registered and keep the slip.',
        'Ask whether the towel deposit comes back 🏋️ and hand in the card at the desk.',
      ],
    ],
  },
  {
    folder: `${HOME}/Notes/2025/a folder with a rather long name/that holds/several more folders/before the file`,
    name: 'meeting-2025-03-04.txt',
    title: null,
    modified: '2025-03-04',
    paged: false,
    copies: 1,
    about: 'budget plan schedule project',
    pages: [
      [
        'Present: Ada, Noor, Robin. The printer of the large sheets stays until June; the notice to the leasing company goes out in the second week of March, because of the period of twelve weeks.',
        'The hiking map of the northern valleys is late. Noor draws the contour lines again from the new survey.',
      ],
    ],
  },
  {
    folder: `${HOME}/Code/tides/src`,
    name: 'harmonics.rs',
    title: null,
    modified: '2025-10-20',
    paged: false,
    copies: 0,
    about: 'ocean sea level moon prediction harbour',
    pages: [
      [
        '/// One constituent of the tide.\npub struct Constituent {\n    /// The period in hours.\n    pub period: f64,\n    pub amplitude: f64,\n    pub phase: f64,\n}',
        'pub fn height(constituents: &[Constituent], hours: f64) -> f64 {\n    constituents.iter().map(|c| c.amplitude * (TAU * hours / c.period + c.phase).cos()).sum()\n}',
      ],
    ],
  },
  {
    folder: `${HOME}/Saved pages`,
    name: 'nuthatches.html',
    title: 'Nuthatches of the old orchard',
    modified: '2024-05-19',
    paged: false,
    copies: 0,
    about: 'bird climbing tree animal',
    pages: [
      [
        'A nuthatch goes down a trunk head first. It wedges hazelnuts into the bark and hammers them open, and it narrows the hole of its nest with mud until no starling fits through.',
        'In the breeding period it gives notice of every visitor with a loud, rising whistle.',
      ],
    ],
  },
  {
    folder: `${HOME}/旅行`,
    name: '京都の計画.txt',
    title: null,
    modified: '2025-08-01',
    paged: false,
    copies: 0,
    about: 'japan travel trip kyoto journey train',
    pages: [
      [
        '京都への旅行は十一月の第二週です。🍁 紅葉の時期 (period) なので、宿は三か月前に予約します。',
        '新幹線の切符は一か月前から買えます。',
      ],
    ],
  },
  {
    folder: `${HOME}/Home/Kitchen`,
    name: 'plum-cake.odt',
    title: 'Plum cake, after Aunt Ilse',
    modified: '2021-09-05',
    paged: false,
    copies: 0,
    about: 'recipe baking dessert fruit',
    pages: [
      [
        'Let the dough rise for an hour. Set the plums upright and close together, for they shrink. Bake for forty minutes and sugar the cake only when it is cold.',
      ],
    ],
  },
];

export const fakeFolders = [
  { path: `${HOME}`, away: false, followed: 'watched', looked_at_ms: Date.parse('2026-11-20T09:30:00') },
  { path: '/media/robin/Archive', away: true, followed: 'watched', looked_at_ms: null },
];
