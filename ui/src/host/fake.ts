/**
 * A host in memory: for tests, and for opening the built page in an ordinary browser.
 * Owns a small library whose answers are the same every time; finds words by their beginning and
 * "meanings" by a list of words per document. Knows nothing of the window. It is not a model of the
 * engine's ranking, only of its contract: stages, positions in characters, errors with hints.
 */
import type {
  AnswerUpdate,
  DesktopWords,
  FilePage,
  FoundPassage,
  IpcError,
  Folder,
  LibraryStatus,
  Notice,
  Preview,
  Progress,
  Question,
  RuleEffect,
  SearchRequest,
  SearchUpdate,
  Stage,
} from './bindings';
import { fakeDocuments, fakeFolders, type FakeDocument } from './fake-documents';
import { chipsOf, FakeIndex, judged, withoutParts, wordsOf } from './fake-index';
import { FakeWorkshop, type WorkshopOptions } from './fake-workshop';
import { answerOf } from './fake-answers';
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
  /** Which window the page is in. */
  view?: 'main' | 'launcher';
  /** The user's program can be told a page. */
  opensAtPage?: boolean;
  /** Folders outside of which none may be added. */
  onlyBelow?: string[];
  /** The folder that an administrator has set. */
  given?: string;
  /** No file is dragged out of the window. */
  dragsNothing?: boolean;
  /** The model that writes answers; without one they are the files' own sentences. */
  writer?: string;
  /** Orders that a reranker gives, each the reverse of the one before. */
  reranked?: { ms: number; isLate: boolean }[];
};

/** Files in states other than read, and why, in the engine's own words. */
const LISTED: Record<string, number> = { failed: 2, skipped: 17, waiting: 3, partial: 0 };
const REASONS: Record<string, string> = {
  failed: 'it is locked with a password',
  skipped: 'it is not text; the file is found by its name',
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

export class FakeHost extends FakeWorkshop implements Host {
  /** Files that were opened and shown in their folder, for tests to read. */
  readonly opened: number[] = [];
  readonly revealed: number[] = [];
  /** What was asked of the desktop, for tests to read. */
  readonly spoken: DesktopWords[] = [];
  readonly handedOver: string[] = [];
  nHidden = 0;
  readonly view: 'main' | 'launcher';
  /** What was said of folders that look generated, for tests to read. */
  readonly answered: [string, boolean][] = [];
  /** What was forgotten, for tests to read. */
  readonly forgotten: number[] = [];

  #options: FakeOptions;
  #folders: Folder[];
  #documents: FakeDocument[];
  #index: FakeIndex;
  #leftOut: string[];
  #asked = new Set<(query: string) => void>();
  #dropped = new Set<(paths: string[]) => void>();
  #changed = new Set<() => void>();
  #progress = new Set<(progress: Progress) => void>();
  #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(options: FakeOptions = {}) {
    super(options);
    this.view = options.view ?? 'main';
    this.#options = options;
    this.#documents = options.documents ?? fakeDocuments;
    this.#leftOut = options.leftOut ?? [];
    this.#folders =
      options.folders ??
      fakeFolders.map((folder) => ({
        ...folder,
        n_files: folder.away ? 1204 : this.#documents.length,
        held_back: [],
        is_given: folder.path === options.given,
      }));
    this.#index = new FakeIndex(this.#documents);
  }

  search(request: SearchRequest, onUpdate: (u: SearchUpdate) => void): RunningSearch {
    const words = wordsOf(withoutParts(request.query));
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
      const found = this.#index.find(words, stage !== 'words').slice(0, request.limit);
      const results = order % 2 === 1 ? judged(found).reverse() : order > 0 ? judged(found) : found;
      const last = stage === 'hybrid' ? orders.length === 0 : order > 0 && order === orders.length;
      const is_late = orders[order - 1]?.isLate ?? false;
      const n_reranked = order > 0 ? results.length : 0;
      const rerank_ms = order > 0 ? elapsed - hybridMs : null;
      const chips = chipsOf(request.query);
      const isFused = stage !== 'words';
      const times = {
        words_ms: wordsMs,
        embed_ms: isFused ? 9 : null,
        vectors_ms: isFused ? 1.2 : null,
        rerank_ms,
        show_ms: 3,
        sentences_ms: null,
        total_ms: elapsed,
      };
      onUpdate({ stage, results, notices, chips, hints: [], elapsed_ms: elapsed, n_reranked, rerank_ms, times, is_late, last });
      if (last) settle();
    };
    const timers = [
      this.#later(wordsMs, () => send('words', wordsMs)),
      this.#later(hybridMs, () => send('hybrid', hybridMs)),
      ...orders.map(({ ms }, i) => this.#later(ms, () => send('reranked', ms, i + 1))),
    ];
    return { cancel: () => timers.forEach(clearTimeout), done };
  }

  ask(question: Question, onUpdate: (update: AnswerUpdate) => void): RunningSearch {
    const updates = answerOf(question, this.#index.find(wordsOf(question.text), true), this.#options.writer ?? null);
    let settle: () => void = () => {};
    const done = new Promise<void>((resolve, reject) => {
      settle = resolve;
      if (this.failure) reject(this.failure);
    });
    const timers = updates.map((update, at) =>
      this.#later(40 * (at + 1), () => {
        onUpdate(update);
        if (update.last) settle();
      }),
    );
    return { cancel: () => timers.forEach(clearTimeout), done };
  }

  async status(): Promise<LibraryStatus> {
    this.mayFail();
    const indexed = this.#folders.some((folder) => !folder.away) ? this.#documents.length : 0;
    const away = this.#folders.filter((f) => f.away).reduce((sum, f) => sum + f.n_files, 0);
    const nPassages = indexed === 0 ? 0 : this.#index.passages.length;
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
      only_below: this.#options.onlyBelow ?? null,
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
      { path, away: false, n_files: this.#documents.length, followed: 'watched', looked_at_ms: null, held_back: [], is_given: false },
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
    const passage = this.#index.passages.find((p) => p.passageId === passageId && p.fileId === fileId);
    return this.#index.preview(fileId, passage?.page ?? 1, query, passage);
  }

  async previewPage(fileId: number, page: number, query: string): Promise<Preview> {
    this.mayFail();
    return this.#index.preview(fileId, page, query);
  }

  async passagesIn(fileId: number, query: string): Promise<FoundPassage[]> {
    this.mayFail();
    return this.#index.passagesIn(fileId, wordsOf(query));
  }

  async speak(words: DesktopWords): Promise<void> {
    this.spoken.push(words);
  }

  async hideLauncher(): Promise<void> {
    this.nHidden += 1;
  }

  async searchInWindow(query: string): Promise<void> {
    this.handedOver.push(query);
  }

  /** Rules that were written, for tests to read. */
  readonly rules: [string, string][] = [];

  /** As one folder's worth of `*.ending` and `name/` would do; enough to look at. */
  async tryRule(folder: string, line: string): Promise<RuleEffect> {
    this.mayFail();
    if (line.includes('[z-a]')) {
      const wrong: IpcError = { code: 'refused', message: 'The pattern cannot be used: invalid range', hint: 'Write it as in a .gitignore: *.log, build/, /drafts' };
      throw wrong;
    }
    const paths = this.#documents.map((document) => `${document.folder}/${document.name}`).filter((path) => path.startsWith(folder));
    const part = line.replace(/^\*/, '').replace(/^\/?/, line.startsWith('*') ? '' : '/');
    const named = part.trim() === '' ? [] : paths.filter((path) => (line.startsWith('*') ? path.endsWith(part) : path.includes(part)));
    return { n_known: paths.length, n_left_out: named.length, named: named.slice(0, 8) };
  }

  async addRule(folder: string, line: string): Promise<void> {
    this.mayFail();
    this.rules.push([folder, line]);
  }

  async openFile(fileId: number, page: number | null): Promise<boolean> {
    this.mayFail();
    this.opened.push(fileId);
    return page === null || page < 2 || this.#options.opensAtPage !== false;
  }

  async revealFile(fileId: number): Promise<void> {
    this.mayFail();
    this.revealed.push(fileId);
  }

  async fileAddress(fileId: number): Promise<string | null> {
    const document = this.#documents[fileId];
    return document && !this.#options.dragsNothing ? `file://${document.folder}/${document.name}` : null;
  }

  async why(path: string) {
    this.mayFail();
    const known = this.#documents.some((document) => `${document.folder}/${document.name}` === path);
    return known
      ? { path, state: 'indexed', reason: 'it was read whole; every word of it can be found' }
      : { path, state: 'unknown', reason: 'it is in none of the chosen folders' };
  }

  onAsked(listener: (query: string) => void): Unsubscribe {
    this.#asked.add(listener);
    return () => this.#asked.delete(listener);
  }

  /** Asks from outside, as a second start does. */
  askFromOutside(query: string): void {
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
    const { onlyBelow } = this.#options;
    return [
      { path: '/home/robin/Documents', is_ticked: true },
      { path: '/home/robin/Desktop', is_ticked: false },
      { path: '/home/robin/Downloads', is_ticked: false },
    ].filter(({ path }) => onlyBelow?.some((folder) => path.startsWith(folder)) ?? true);
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
    if (!document || !document.paged) return null;
    const passage = this.#index.passages.find((one) => one.passageId === passageId && one.page === page);
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
}
