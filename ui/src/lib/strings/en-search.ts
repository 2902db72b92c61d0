/** English, for searching: the box, the results, the preview, and the first run. */
import type { SearchResult, StageTimes, Strength, Unit } from '../../host/bindings';
import type { FileFamily } from '../file-family';
import { counting } from './counting';

/** Where a passage stands in its document. */
export type Place = Pick<SearchResult, 'page' | 'unit' | 'label' | 'line'>;

/** A stage of a search whose time is told. */
export type TimedStage = {
  [Key in keyof StageTimes]: Key extends `${infer Stage}_ms` ? Stage : never;
}[keyof StageTimes];

const { number, counted } = counting('en');
const whole = (ms: number) => number(Math.max(1, Math.round(ms)));
const unitNames: Record<Unit, string> = { page: 'Page', slide: 'Slide', sheet: 'Sheet', chapter: 'Chapter' };

/** What a document's parts are called; the body of a mail is no place worth telling. */
const placeNames: Record<string, string> = { headers: 'headers', notes: 'notes', comments: 'comments' };
const placeName = (label: string | null) =>
  label === null || label === 'body' ? null : (placeNames[label] ?? label);

export const searchStrings = {
  // The search box and the line below it.
  queryLabel: 'Search your files',
  queryPlaceholder: 'Search your files by word or meaning',
  clearQuery: 'Clear the search',
  understood: 'What was understood of the search',
  judged: (name: string, isLiked: boolean) => `${isLiked ? 'more' : 'less'} like ${name}`,
  editPart: (part: string) => `Change “${part}” in the search box`,
  removePart: (part: string) => `Take “${part}” out of the search`,
  results: 'Results',
  resultCount: (n: number) => counted(n, 'result', 'results'),
  resultCountSoFar: (n: number) => `the best ${number(n)} results`,
  noResults: 'No results',
  searching: 'Searching…',
  stageWords: (ms: number) => `words ${whole(ms)} ms`,
  stageHybrid: (ms: number) => `meaning ${whole(ms)} ms`,
  stageReranked: (n: number, ms: number) => `reranked ${number(n)} in ${whole(ms)} ms`,
  stageHelp:
    'Time until the results by word, until they were ordered by meaning as well, and how many passages a model then read to put the best first',
  sort: 'Order',
  sortHelp: 'Puts the results that were found so far into another order',
  sorts: { best: 'Best first', newest: 'Newest first', name: 'By name' },
  narrow: 'Narrow',
  narrowHelp: 'Search in one folder or for one type of file only',
  narrowFolders: 'Folder',
  narrowTypes: 'Type',
  types: {
    pdf: 'PDF',
    document: 'Documents',
    slides: 'Slides',
    sheet: 'Spreadsheets',
    mail: 'Mail',
    book: 'Books',
    web: 'Web pages',
    image: 'Pictures',
    text: 'Notes and plain text',
    code: 'Source code',
  },
  onlyMeaning: 'by meaning only',

  // What was searched for before.
  history: 'Earlier searches',
  forgetSearch: (query: string) => `Forget the search “${query}”`,
  forgetHistory: 'Forget all',
  savedSearches: 'Saved searches',
  saveSearch: 'Save this search',
  searchSaved: 'Saved',
  dropSearch: (name: string) => `Drop the saved search “${name}”`,

  // One result.
  place: ({ page, unit, label, line }: Place) => {
    const told = placeName(label);
    if (told !== null && (unit === 'sheet' || page === null)) return told;
    if (page !== null) return `${unit} ${number(page)}${told === null ? '' : ` (${told})`}`;
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
  passage: 'Passage',
  morePassages: 'more passages',
  fewerPassages: 'fewer passages',
  noMorePassages: 'no other passage has it',
  morePassagesHelp: 'More passages in this file (Ctrl+E)',
  nameOnly: 'Found by its name',
  strength: { strong: 'strong match', possible: 'possible match', weak: 'weak match' } as Record<
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
  } as Record<FileFamily, string>,

  // The preview.
  preview: 'Preview',
  previewLoading: 'Opening the preview…',
  previewEmpty: 'No text is stored for this file; it is found by its name.',
  closePreview: 'Close the preview',
  pageOf: (unit: Unit, page: number, pages: number) =>
    `${unitNames[unit]} ${number(page)} of ${number(pages)}`,
  fromLine: (line: number) => `From line ${number(line)}`,
  previousPage: 'Previous page',
  nextPage: 'Next page',
  previousHit: 'Previous match',
  nextHit: 'Next match',
  hitOf: (at: number, n: number) => `${number(at)} of ${counted(n, 'match', 'matches')}`,
  larger: 'Larger text',
  smaller: 'Smaller text',
  moreBefore: 'The text goes on before this.',
  moreAfter: 'The text goes on after this.',
  open: 'Open',
  openedAtStart: (page: number) =>
    `Your program for this file cannot be told a page, so it begins at the first; the passage is on page ${number(page)}.`,
  reveal: 'Show in folder',
  moreLike: 'More like this',
  moreLikeHelp: 'Search again for what is like this passage, too',
  lessLike: 'Less like this',
  lessLikeHelp: 'Search again for what is less like this passage',
  thisWasIt: 'This was it',
  thisWasItHelp:
    'Notes that this file was the answer, so that you can measure whether searches find it. It stays on this computer.',
  noted: 'Noted',
  pathCopied: (path: string) => `Copied: ${path}`,
  sentenceEnd: '.',
  copyPassage: 'Copy passage',
  copyQuote: 'Copy with source',
  copied: 'Copied',
  quote: (text: string, source: string) => `“${text}”\n(${source})`,
  whyThis: 'Why this result',
  whyWords: 'Words',
  whyMeaning: 'Meaning',
  whyFused: 'Both together',
  whyReranker: 'Reranker',
  whyTimes: 'Time',
  whyNotFound: 'not among its best',
  whyPlace: (place: number, score: number) => `place ${number(place)}, score ${number(score, 3)}`,
  whyMatched: (word: string, n: number) => (n === 1 ? word : `${word} ${number(n)}×`),
  whyExactName: 'It has the very name that was searched for, so reranking does not lower it.',
  stageTook: (stage: string, ms: number) => `${stage} ${number(ms, 1)} ms`,
  stageNames: {
    words: 'words',
    embed: 'embedding the query',
    vectors: 'comparing meanings',
    rerank: 'reranking',
    show: 'loading texts',
    sentences: 'finding sentences',
    total: 'in all',
  } as Record<TimedStage, string>,
  pageAsText: 'Text',
  pageAsPicture: 'Page',
  partLabels: { notes: 'Speaker’s notes', comments: 'Comments' } as Record<string, string>,
  mailHeaders: {
    From: 'From',
    To: 'To',
    Cc: 'Copy to',
    Bcc: 'Blind copy to',
    Date: 'Date',
    Subject: 'Subject',
  } as Record<string, string>,
  row: 'Row',
  inside: (n: number) => counted(n, 'file in it', 'files in it'),
  backToOuter: (name: string) => `Back to ${name}`,
  pictureOf: (unit: Unit, page: number) => `${unitNames[unit]} ${number(page)} as it looks`,

  // First run and the start of every search.
  welcomeTitle: 'Find the passage, not just the file',
  welcomeText:
    'Nuthatch reads the documents in the folders you choose and finds passages in them, by the words they use and by what they mean. Results appear while you type.',
  welcomePrivacy: 'Nothing leaves this computer. There is nothing to download and nothing to sign up for.',
  welcomeFolders: 'Where do your documents lie?',
  welcomeStart: 'Start',
  welcomeNext:
    'The first results come within seconds, the newest documents first. Reading goes on in the background; it can be paused at any time.',
  chooseFolder: 'Choose a folder…',
  chooseOther: 'Another folder…',
  readyTitle: (files: number) => `${counted(files, 'file', 'files')} ready to search`,
  readyWaiting: (files: number) => `${counted(files, 'file is', 'files are')} still being read.`,
  shortcuts: 'Keyboard',
  shortcutChoose: 'choose a result',
  shortcutOpen: 'open the file',
  shortcutReveal: 'show it in its folder',
  shortcutCopyPath: 'copy its path',
  shortcutPreview: 'preview',
  shortcutPassages: 'more passages in the file',
  launcherWindow: 'in the window',
  launcherHide: 'put away',
  shortcutFocus: 'back to the search box',
  shortcutClear: 'close the preview, clear the search',

  // Nothing found.
  nothingFound: (query: string) => `Nothing found for “${query}”`,
  nothingFoundHelp: 'Try fewer words, or other words for the same thing.',
  nothingFoundWhy: 'Is a file missing that should be here?',
  searchByMeaning: 'Search by meaning only',
  withoutConditions: 'Search without the conditions',
  askWhy: 'Find out why',

  // Answers.
  ask: 'Answer',
  askHelp: 'Answer this from your files (Shift+Enter, or Enter after a leading ?)',
  answer: 'Answer',
  answerIsSought: 'Looking in your files…',
  answerIsWritten: (model: string) => `${model} is writing…`,
  stopAnswer: 'Stop',
  closeAnswer: 'Close the answer',
  openSource: (n: number) => `Source ${number(n)}: show the page`,
  notInFiles: 'Not in your files, as far as was found.',
  notFoundMark: 'not found in your files',
  unfoundedHelp: 'This stands in no passage that was found',
  nearestPassages: 'The nearest passages',
  copyAnswer: 'Copy with references',
  copyAnswerMarkdown: 'Copy as Markdown',
  answerBy: (model: string) => `Written by ${model}, checked against your files`,
  answerByFiles: 'Sentences of your own files',
};
