/**
 * A host in memory: for tests, and for opening the built page in an ordinary browser.
 * Owns a small library whose answers are the same every time; finds words by their beginning and
 * "meanings" by a list of words per document. Knows nothing of the window. It is not a model of the
 * engine's ranking, only of its contract: stages, positions in characters, errors with hints.
 */
import type {
  Chip,
  FilePage,
  Folder,
  IpcError,
  LibraryStatus,
  Notice,
  Preview,
  Progress,
  SearchRequest,
  SearchResult,
  SearchUpdate,
  Stage,
  Strength,
} from './bindings';
import { fakeDocuments, fakeFolders, type FakeDocument } from './fake-documents';
import { FakeWorkshop, type WorkshopOptions } from './fake-workshop';
import { drawnPage } from './fake-page';
import type { Host, PageView, RunningSearch, Unsubscribe } from './host';

export type FakeOptions = WorkshopOptions & {
  folders?: Folder[];
  leftOut?: string[];
  documents?: FakeDocument[];
  notices?: Notice[];
  waiting?: number;
  progress?: Progress;
  /** What the folder dialog answers. */
  pickedFolder?: string | null;
  wordsMs?: number;
  hybridMs?: number;
  /** Orders that a reranker gives, each the reverse of the one before. */
  reranked?: { ms: number; isLate: boolean }[];
};

/** Files in states other than read, and why. */
const LISTED: Record<string, number> = { failed: 2, skipped: 17, waiting: 3, partial: 0 };
const REASONS: Record<string, string> = {
  failed: 'it is encrypted, and Nuthatch has no password for it',
  skipped: 'there is no reader for files like this',
  waiting: 'it waits to be read',
};

/** Nothing to do. */
const idle: Progress = {
  phase: 'idle',
  n_done: 0,
  n_total: 0,
  n_to_embed: 0,
  n_to_recognise: 0,
  files_per_second: 0,
  seconds_left: null,
  current: null,
  hold: null,
};

/** What the engine would take for more than a plain word. */
const PART = /(?<=^|\s)(-\w+|(type|name|date|ext):\S+)/g;

function chipsOf(query: string): Chip[] {
  return [...query.matchAll(PART)].map((match) => ({
    text: match[0].replace(':', ': ').replace('-', 'not '),
    is_excluded: match[0].startsWith('-'),
    span: [match.index, match.index + match[0].length],
  }));
}

type Passage = { fileId: number; passageId: number; page: number; line: number; text: string };

export class FakeHost extends FakeWorkshop implements Host {
  /** Files that were opened and shown in their folder, for tests to read. */
  readonly opened: number[] = [];
  readonly revealed: number[] = [];
  /** What was said of folders that look generated, for tests to read. */
  readonly answered: [string, boolean][] = [];
  /** What was forgotten, for tests to read. */
  readonly forgotten: number[] = [];

  #options: FakeOptions;
  #folders: Folder[];
  #documents: FakeDocument[];
  #passages: Passage[];
  #passagesOfFile: Passage[][];
  #leftOut: string[];
  #asked = new Set<(query: string) => void>();
  #dropped = new Set<(paths: string[]) => void>();
  #changed = new Set<() => void>();
  #progress = new Set<(progress: Progress) => void>();
  #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(options: FakeOptions = {}) {
    super(options);
    this.#options = options;
    this.#documents = options.documents ?? fakeDocuments;
    this.#leftOut = options.leftOut ?? [];
    this.#folders =
      options.folders ??
      fakeFolders.map((folder) => ({
        ...folder,
        n_files: folder.away ? 1204 : this.#documents.length,
        held_back: [],
      }));
    this.#passagesOfFile = this.#documents.map((document, fileId) => passagesOf(document, fileId));
    this.#passages = this.#passagesOfFile.flat();
  }

  search(request: SearchRequest, onUpdate: (u: SearchUpdate) => void): RunningSearch {
    const words = wordsOf(request.query.replace(PART, ''));
    const { wordsMs = 4, hybridMs = 28, reranked = [], notices = [] } = this.#options;
    let settle: () => void = () => {};
    const done = new Promise<void>((resolve, reject) => {
      settle = resolve;
      if (this.failure) reject(this.failure);
    });
    // As the engine: what is still being typed is not reranked.
    const orders = request.typing ? [] : reranked;
    const send = (stage: Stage, elapsed: number, order = 0) => {
      if (this.failure) return;
      const found = this.#find(words, stage !== 'words').slice(0, request.limit);
      const results = order % 2 === 1 ? judged(found).reverse() : order > 0 ? judged(found) : found;
      const last = stage === 'hybrid' ? orders.length === 0 : order > 0 && order === orders.length;
      const is_late = orders[order - 1]?.isLate ?? false;
      const n_reranked = order > 0 ? results.length : 0;
      const rerank_ms = order > 0 ? elapsed - hybridMs : null;
      const chips = chipsOf(request.query);
      onUpdate({ stage, results, notices, chips, hints: [], elapsed_ms: elapsed, n_reranked, rerank_ms, is_late, last });
      if (last) settle();
    };
    const timers = [
      this.#later(wordsMs, () => send('words', wordsMs)),
      this.#later(hybridMs, () => send('hybrid', hybridMs)),
      ...orders.map(({ ms }, i) => this.#later(ms, () => send('reranked', ms, i + 1))),
    ];
    return { cancel: () => timers.forEach(clearTimeout), done };
  }

  async status(): Promise<LibraryStatus> {
    this.mayFail();
    const indexed = this.#folders.some((folder) => !folder.away) ? this.#documents.length : 0;
    const away = this.#folders.filter((f) => f.away).reduce((sum, f) => sum + f.n_files, 0);
    const nPassages = indexed === 0 ? 0 : this.#passages.length;
    return {
      folders: this.#folders,
      files: { waiting: this.#options.waiting ?? 0, indexed, partial: 0, failed: indexed && 2, skipped: indexed && 17, away },
      n_passages: nPassages,
      n_embedded: nPassages,
      notices: this.#options.notices ?? [],
      left_out: this.#leftOut,
      storage: [
        { name: 'database', n_bytes: 48_200_000 },
        { name: 'words', n_bytes: 19_700_000 },
        { name: 'models', n_bytes: 91_000_000 },
      ],
      place: '/home/robin/.local/share/nuthatch',
    };
  }

  onProgress(listener: (progress: Progress) => void): Unsubscribe {
    this.#progress.add(listener);
    const first = this.#options.progress;
    if (first) this.#later(0, () => listener(first));
    return () => this.#progress.delete(listener);
  }

  onLibraryChanged(listener: () => void): Unsubscribe {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  async pickFolder(): Promise<string | null> {
    this.mayFail();
    return this.#options.pickedFolder === undefined ? '/home/robin/Pictures' : this.#options.pickedFolder;
  }

  async addFolder(path: string): Promise<void> {
    this.mayFail();
    this.#folders = [
      ...this.#folders,
      { path, away: false, n_files: this.#documents.length, followed: 'watched', looked_at_ms: null, held_back: [] },
    ];
    this.changed();
  }

  async removeFolder(path: string): Promise<void> {
    this.mayFail();
    this.#folders = this.#folders.filter((folder) => folder.path !== path);
    this.changed();
  }

  async answerFolder(path: string, read: boolean): Promise<void> {
    this.mayFail();
    this.answered.push([path, read]);
    this.#folders = this.#folders.map((folder) => ({
      ...folder,
      held_back: folder.held_back.filter((held) => held.path !== path),
    }));
    this.changed();
  }

  async pause(untilMs: number | null): Promise<void> {
    this.mayFail();
    this.report({ ...this.#now(), hold: { reason: 'paused', until_ms: untilMs } });
  }

  async resume(): Promise<void> {
    this.mayFail();
    this.report({ ...this.#now(), hold: null });
  }

  async preview(fileId: number, passageId: number | null, query: string): Promise<Preview> {
    this.mayFail();
    const passage = this.#passages.find((p) => p.passageId === passageId && p.fileId === fileId);
    return this.#page(fileId, passage?.page ?? 1, query, passage);
  }

  async previewPage(fileId: number, page: number, query: string): Promise<Preview> {
    this.mayFail();
    return this.#page(fileId, page, query);
  }

  async openFile(fileId: number): Promise<void> {
    this.mayFail();
    this.opened.push(fileId);
  }

  async revealFile(fileId: number): Promise<void> {
    this.mayFail();
    this.revealed.push(fileId);
  }

  async why(path: string) {
    this.mayFail();
    const known = this.#documents.some((document) => `${document.folder}/${document.name}` === path);
    return known
      ? { path, state: 'indexed', reason: 'The file was read whole and can be found.' }
      : { path, state: 'unknown', reason: 'The file lies in none of the folders of the library. Add its folder to find it.' };
  }

  onAsked(listener: (query: string) => void): Unsubscribe {
    this.#asked.add(listener);
    return () => this.#asked.delete(listener);
  }

  /** Asks from outside, as a second start does. */
  ask(query: string): void {
    this.#asked.forEach((listener) => listener(query));
  }

  onDropped(listener: (paths: string[]) => void): Unsubscribe {
    this.#dropped.add(listener);
    return () => this.#dropped.delete(listener);
  }

  /** Drops something on the window. */
  drop(paths: string[]): void {
    this.#dropped.forEach((listener) => listener(paths));
  }

  async suggestedFolders() {
    return [
      { path: '/home/robin/Documents', is_ticked: true },
      { path: '/home/robin/Desktop', is_ticked: false },
      { path: '/home/robin/Downloads', is_ticked: false },
    ];
  }

  async files(state: string, after: number | null, limit: number): Promise<FilePage> {
    this.mayFail();
    const all = state === 'indexed' ? this.#documents.length : (LISTED[state] ?? 0);
    const first = after === null ? 0 : after + 1;
    const ids = Array.from({ length: Math.min(limit, Math.max(0, all - first)) }, (_, at) => first + at);
    const files = ids
      .filter((id) => !this.forgotten.includes(id))
      .map((id) => ({
        file_id: id,
        path: `/home/robin/Documents/Scans/letter ${id + 1}.pdf`,
        n_bytes: 120_000 + 7_000 * id,
        reason: REASONS[state] ?? 'it was read whole; every word of it can be found',
      }));
    return { files, has_more: first + limit < all };
  }

  async forgetFile(fileId: number): Promise<void> {
    this.mayFail();
    this.forgotten.push(fileId);
    this.#leftOut = [...this.#leftOut, `/home/robin/Documents/Scans/letter ${fileId + 1}.pdf`];
    this.changed();
  }

  async admit(path: string): Promise<void> {
    this.mayFail();
    this.#leftOut = this.#leftOut.filter((one) => one !== path);
    this.changed();
  }

  async pageView(fileId: number, page: number, passageId: number | null): Promise<PageView | null> {
    this.mayFail();
    const document = this.#documents[fileId];
    if (!document?.paged) return null;
    const passage = this.#passages.find((one) => one.passageId === passageId && one.page === page);
    return drawnPage(document.pages[page - 1] ?? [], passage?.text ?? null);
  }

  /** Tells the window that files have changed. */
  changed(): void {
    this.#changed.forEach((listener) => listener());
  }

  /** Sends one progress report to the window. */
  report(progress: Progress): void {
    this.#progress.forEach((listener) => listener(progress));
  }

  #later(ms: number, act: () => void): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #now(): Progress {
    return this.#options.progress ?? idle;
  }

  #find(words: string[], byMeaning: boolean): SearchResult[] {
    return this.#documents
      .map((document, fileId) => this.#resultOf(document, fileId, words, byMeaning))
      .filter((result) => result.score > 0)
      .sort((a, b) => b.score - a.score || a.file_id - b.file_id);
  }

  #resultOf(document: FakeDocument, fileId: number, words: string[], byMeaning: boolean): SearchResult {
    const ranked = (this.#passagesOfFile[fileId] ?? [])
      .map((passage) => ({ passage, found: ranges(passage.text, words) }))
      .sort((a, b) => distinct(b) - distinct(a) || b.found.length - a.found.length);
    const best = ranked[0];
    const about = wordsOf(document.about);
    const meant = byMeaning ? words.filter((word) => about.includes(word)).length : 0;
    return {
      file_id: fileId,
      passage_id: best?.passage.passageId ?? null,
      path: `${document.folder}/${document.name}`,
      name: document.name,
      folder: document.folder,
      kind: document.name.split('.').pop()?.toLowerCase() ?? '',
      title: document.title,
      modified_ms: Date.parse(`${document.modified}T12:00:00`),
      page: document.paged && best ? best.passage.page : null,
      unit: 'page',
      label: null,
      confidence: null,
      line: !document.paged && best ? best.passage.line : null,
      passage: best?.passage.text ?? '',
      highlights: best?.found ?? [],
      sentence: null,
      strength: null,
      score: (best ? distinct(best) * 2 + best.found.length * 0.1 : 0) + meant * 2.5,
      n_copies: document.copies,
      older: [],
      away: false,
    };
  }

  #page(fileId: number, page: number, query: string, passage?: Passage): Preview {
    const document = this.#documents[fileId];
    const content = document?.pages[page - 1];
    if (!document || !content) {
      const failure: IpcError = { code: 'not_found', message: 'The file is no longer in the library.', hint: 'Search again.' };
      throw failure;
    }
    const text = content.join('\n\n');
    const start = passage ? Array.from(text.slice(0, text.indexOf(passage.text))).length : 0;
    return {
      path: `${document.folder}/${document.name}`,
      name: document.name,
      title: document.title,
      page: document.paged ? page : null,
      unit: 'page',
      n_pages: document.paged ? document.pages.length : null,
      line: document.paged ? null : 1,
      text,
      passage: passage ? [start, start + Array.from(passage.text).length] : null,
      highlights: ranges(text, wordsOf(query)),
      more_before: false,
      more_after: false,
    };
  }
}

/** As a reranker labels them: the worst of the order before answers best. */
function judged(results: SearchResult[]): SearchResult[] {
  const strengths: Strength[] = ['weak', 'possible', 'strong'];
  return results.map((result, i) => ({ ...result, strength: strengths[Math.min(i, 2)] ?? 'weak' }));
}

function passagesOf(document: FakeDocument, fileId: number): Passage[] {
  return document.pages.flatMap((page, pageIndex) => {
    let line = 1;
    return page.map((text, index) => {
      const passage = { fileId, passageId: fileId * 1000 + pageIndex * 100 + index, page: pageIndex + 1, line, text };
      line += text.split('\n').length + 1;
      return passage;
    });
  });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Character ranges of the words of `text` that begin with one of `words`. */
function ranges(text: string, words: string[]): [number, number][] {
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)]
    .filter((match) => words.some((word) => match[0].toLowerCase().startsWith(word)))
    .map((match) => {
      const begin = Array.from(text.slice(0, match.index)).length;
      return [begin, begin + Array.from(match[0]).length];
    });
}

/** How many different words were found. */
function distinct({ passage, found }: { passage: Passage; found: [number, number][] }): number {
  const characters = Array.from(passage.text);
  return new Set(found.map(([begin, end]) => characters.slice(begin, end).join('').toLowerCase())).size;
}
