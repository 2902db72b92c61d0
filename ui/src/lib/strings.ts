/**
 * Every sentence that the window says, in English.
 * Owns wording and plural forms; components own none. A second language is a second object of the
 * same type (`Strings`), so a missing sentence is a compile error.
 */
import type { Hold, Phase, Progress, SearchResult, Strength, Unit } from '../host/bindings';

/** The language of numbers and dates; undefined means the one the system is set to. */
export const locale: string | undefined = undefined;

/** Where a passage stands in its document. */
type Place = Pick<SearchResult, 'page' | 'unit' | 'label' | 'line'>;

const number = (n: number) => n.toLocaleString(locale);
const counted = (n: number, one: string, many: string) => `${number(n)} ${n === 1 ? one : many}`;

/** A time of today, or of another day. */
function moment(ms: number): string {
  const at = new Date(ms);
  const isToday = at.toDateString() === new Date().toDateString();
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  return isToday
    ? at.toLocaleTimeString(locale, time)
    : at.toLocaleString(locale, { weekday: 'long', ...time });
}

const unitNames = { page: 'Page', slide: 'Slide', sheet: 'Sheet', chapter: 'Chapter' } satisfies Record<
  Unit,
  string
>;

export const strings = {
  // The search box and the line below it.
  queryLabel: 'Search your files',
  queryPlaceholder: 'Search your files by word or meaning',
  clearQuery: 'Clear the search',
  understood: 'What was understood of the search',
  judged: (name: string, isLiked: boolean) => `${isLiked ? 'more' : 'less'} like ${name}`,
  removePart: (part: string) => `Take “${part}” out of the search`,
  results: 'Results',
  resultCount: (n: number) => counted(n, 'result', 'results'),
  noResults: 'No results',
  searching: 'Searching…',
  stageWords: (ms: number) => `words ${number(Math.max(1, Math.round(ms)))} ms`,
  stageHybrid: (ms: number) => `meaning ${number(Math.max(1, Math.round(ms)))} ms`,
  stageReranked: (n: number, ms: number) =>
    `reranked ${number(n)} in ${number(Math.max(1, Math.round(ms)))} ms`,
  stageHelp:
    'Time until the results by word, until they were ordered by meaning as well, and how many passages a model then read to put the best first',

  // One result.
  place: ({ page, unit, label, line }: Place) => {
    if (label !== null && (unit === 'sheet' || page === null)) return label;
    if (page !== null) return `${unit} ${number(page)}${label === null ? '' : ` (${label})`}`;
    return line === null ? null : `line ${number(line)}`;
  },
  scanned: 'scanned',
  scannedHelp: (confidence: number) =>
    `Recognised in a picture; the model is ${number(confidence)} % sure of it`,
  away: 'away',
  awayHelp: 'Its folder cannot be reached now; this is what was read before',
  copies: (n: number) => counted(n, 'more copy', 'more copies'),
  versions: (n: number) => `newest of ${number(n)}`,
  versionsHelp: (older: string[]) => `Older versions were found as well:\n${older.join('\n')}`,
  copiesHelp: 'Other files with exactly the same content',
  nameOnly: 'Found by its name',
  strength: { strong: 'strong match', possible: 'possible match', weak: 'weak match' } satisfies Record<
    Strength,
    string
  >,
  strengthHelp: 'How well the passage answers the search, by the model that reranked the results',
  fileFamily: {
    pdf: 'PDF',
    doc: 'Document',
    text: 'Text',
    code: 'Source code',
    web: 'Web page',
    other: 'File',
  },

  // The preview.
  preview: 'Preview',
  previewHint: 'Choose a result to read it here.',
  previewLoading: 'Opening the preview…',
  previewEmpty: 'No text is stored for this file; it is found by its name.',
  closePreview: 'Close the preview',
  pageOf: (unit: Unit, page: number, pages: number) =>
    `${unitNames[unit]} ${number(page)} of ${number(pages)}`,
  fromLine: (line: number) => `From line ${number(line)}`,
  previousPage: 'Previous page',
  nextPage: 'Next page',
  moreBefore: 'The text goes on before this.',
  moreAfter: 'The text goes on after this.',
  open: 'Open',
  reveal: 'Show in folder',
  moreLike: 'More like this',
  moreLikeHelp: 'Search again for what is like this passage, too',
  lessLike: 'Less like this',
  lessLikeHelp: 'Search again for what is less like this passage',
  copyPassage: 'Copy passage',
  copied: 'Copied',

  // First run and the start of every search.
  welcomeTitle: 'Find the passage, not just the file',
  welcomeText:
    'Nuthatch reads the documents in the folders you choose and finds passages in them, by the words they use and by what they mean. Results appear while you type.',
  welcomePrivacy: 'Nothing leaves this computer.',
  chooseFolder: 'Choose a folder…',
  readyTitle: (files: number) => `${counted(files, 'file', 'files')} ready to search`,
  readyWaiting: (files: number) => `${counted(files, 'file is', 'files are')} still being read.`,
  shortcuts: 'Keyboard',
  shortcutChoose: 'choose a result',
  shortcutOpen: 'open the file',
  shortcutReveal: 'show it in its folder',
  shortcutPreview: 'preview',
  shortcutFocus: 'back to the search box',
  shortcutClear: 'close the preview, clear the search',

  // Nothing found.
  nothingFound: (query: string) => `Nothing found for “${query}”`,
  nothingFoundHelp: 'Try fewer words, or other words for the same thing.',
  nothingFoundWhy: 'Is a file missing that should be here?',
  askWhy: 'Find out why',

  // The library sheet.
  library: 'Library',
  openLibrary: 'Open the library',
  closeLibrary: 'Close the library',
  folders: 'Folders',
  noFolders: 'No folder has been chosen yet.',
  addFolder: 'Add a folder…',
  folderFiles: (n: number) => counted(n, 'file', 'files'),
  folderAway: 'cannot be reached now',
  folderLooked: (followed: string, when: string | null) =>
    when === null ? followed : `${followed}; all of it was last looked at ${when}`,
  heldBack: (n: number, looks: string) =>
    `with ${counted(n, 'file', 'files')} was left out: it looks like ${looks}.`,
  heldBackLeave: 'Leave it out',
  heldBackRead: 'Read it',
  heldBackMore: (n: number) => `${counted(n, 'more folder like this', 'more folders like this')}`,
  removeFolder: 'Remove',
  removeFolderLabel: (path: string) => `Remove ${path} from the library`,
  removeQuestion: 'Remove this folder from the library?',
  removeExplained: (n: number) =>
    `Nuthatch erases the text and index it holds of ${counted(n, 'file', 'files')}. The files themselves are not touched.`,
  removeConfirm: 'Remove from library',
  cancel: 'Cancel',
  contents: 'Contents',
  states: {
    indexed: 'Read whole',
    partial: 'Read in part',
    waiting: 'Waiting to be read',
    failed: 'Could not be read',
    skipped: 'Left out on purpose',
    away: 'In a folder that cannot be reached',
    unknown: 'Not in the library',
  } as Record<string, string>,
  passages: (all: number, embedded: number) =>
    all === embedded
      ? `${counted(all, 'passage', 'passages')}, all found by word and by meaning.`
      : `${counted(all, 'passage', 'passages')} found by word; ${number(embedded)} of them by meaning as well.`,
  whyTitle: 'Why is this file not found?',
  whyLabel: 'Full path of the file',
  whyPlaceholder: 'Paste the path of a file',
  whyAsk: 'Look it up',

  // What indexing is doing.
  phase: {
    idle: '',
    walking: 'Looking for new and changed files',
    reading: 'Reading files',
    embedding: 'Learning meanings',
    recognising: 'Recognising text in pictures',
  } satisfies Record<Phase, string>,
  // Why it waits, and how it is paused.
  hold: ({ reason, until_ms }: Hold) =>
    ({
      paused: until_ms === null ? 'Paused by you' : `Paused by you until ${moment(until_ms)}`,
      battery: 'Waiting: the computer runs on its battery',
      load: 'Waiting: other programs are busy',
      typing: 'Waiting while you type',
    })[reason],
  now: 'Now',
  doing: (now: Progress): string => {
    if (now.hold) return strings.hold(now.hold);
    if (now.phase === 'idle') return 'Up to date';
    const amount = {
      walking: null,
      reading: now.n_total > 0 ? strings.progressCount(now.n_done, now.n_total) : null,
      embedding: strings.progressToEmbed(now.n_to_embed),
      recognising: strings.progressToRecognise(now.n_to_recognise),
    }[now.phase];
    const what = strings.phase[now.phase];
    const current = now.phase === 'reading' && now.current ? `: ${now.current}` : '';
    return amount === null ? what : `${what}, ${amount}${current}`;
  },
  pause: 'Pause indexing',
  pauseHour: 'For an hour',
  pauseTomorrow: 'Until tomorrow morning',
  pauseUntilResumed: 'Until I resume it',
  pauseExplained: 'What was read so far can be searched all the same.',
  resume: 'Resume',
  progressLabel: 'Indexing',
  progressCount: (done: number, total: number) => `${number(done)} of ${number(total)}`,
  progressToEmbed: (n: number) => counted(n, 'passage to go', 'passages to go'),
  progressToRecognise: (n: number) => counted(n, 'page to go', 'pages to go'),
  progressRate: (perSecond: number) =>
    perSecond >= 10
      ? `${number(Math.round(perSecond))} files/s`
      : `${perSecond.toLocaleString(locale, { maximumFractionDigits: 1 })} files/s`,
  timeLeftMoment: 'a few seconds left',
  timeLeftUnderMinute: 'less than a minute left',
  timeLeftMinutes: (n: number) => `about ${number(n)} min left`,
  timeLeftHours: (hours: number, minutes: number) =>
    minutes === 0
      ? `about ${number(hours)} h left`
      : `about ${number(hours)} h ${number(minutes)} min left`,
  timeLeftDays: 'more than a day left',

  // Messages.
  dismiss: 'Dismiss',
  today: 'today',
  yesterday: 'yesterday',
};

export type Strings = typeof strings;
