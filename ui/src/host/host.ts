/**
 * The one way in which the window reaches the program around it.
 * Owns the interface alone: which host is there (`index.ts`) and how it answers (`tauri.ts`,
 * `fake.ts`) are unknown here. Every failure is an `IpcError`, never a bare string.
 */
import type {
  About,
  AnswerUpdate,
  Connection,
  DesktopWords,
  Fetching,
  FilePage,
  FoundPassage,
  IpcError,
  LibraryStatus,
  Machine,
  Models,
  NewerVersion,
  Preview,
  Progress,
  Question,
  RuleEffect,
  SavedSearch,
  SearchRequest,
  SearchUpdate,
  Setting,
  Settings,
  SuggestedFolder,
  Why,
} from './bindings';

export type Unsubscribe = () => void;

/** A search under way. */
export type RunningSearch = {
  /** No update is delivered afterwards. */
  cancel(): void;
  /** Settles when the search has ended; rejects with an `IpcError`. */
  done: Promise<void>;
};

/** A page as it looks. */
export type PageView = {
  width: number;
  height: number;
  /** The passage's lines: left, top, width and height, the page's sides being 1. */
  lit: [number, number, number, number][];
  /** Grey, row by row. */
  pixels: Uint8Array;
};

/** Everything besides searching and the library itself: models, settings, what was searched for. */
export interface Workshop {
  /** Notes a search that led somewhere. */
  noteSearch(query: string): Promise<void>;
  /** The newest searches in which a part stands. */
  earlierSearches(part: string, limit: number): Promise<string[]>;
  /** Forgets one search; null is all of them. */
  forgetSearches(query: string | null): Promise<void>;
  savedSearches(): Promise<SavedSearch[]>;
  /** An empty name is the query itself. */
  saveSearch(name: string, query: string): Promise<void>;
  dropSavedSearch(name: string): Promise<void>;
  /** "This was it": a file was the answer to a query. */
  addAnswer(query: string, fileId: number): Promise<void>;

  settings(): Promise<Settings>;
  writeSetting(key: string, value: Setting): Promise<void>;
  /** Writes a report for support where the user says, and tells where; null when nothing was chosen. */
  saveReport(): Promise<string | null>;

  models(): Promise<Models>;
  /** Tells whether the model is there now; it is not when fetching was broken off. */
  getModel(id: string, acceptsLicence: boolean, onProgress: (now: Fetching) => void): Promise<boolean>;
  stopFetching(): Promise<void>;
  /** Lets the user choose a folder; false when none was chosen. */
  importModel(id: string, acceptsLicence: boolean, onProgress: (now: Fetching) => void): Promise<boolean>;
  /** Fails where a file of the model is not what it should be. */
  checkModel(id: string): Promise<void>;
  /** The bytes that are free again. */
  removeModel(id: string): Promise<number>;
  /** Tries what runs here; takes its time. */
  diagnose(): Promise<Machine>;
  /** Every request to the network that was ever made, the newest first. */
  connections(): Promise<Connection[]>;
  about(): Promise<About>;
  lookForUpdate(): Promise<NewerVersion | null>;
  installUpdate(): Promise<void>;
}

/** What the desktop around the page can do. */
export interface Surroundings {
  /** Which of the two windows this page is in. */
  readonly view: 'main' | 'launcher';
  /** Tells in which words the tray and a notification speak. */
  speak(words: DesktopWords): Promise<void>;
  /** Puts the launcher away. */
  hideLauncher(): Promise<void>;
  /** Goes on in the main window. */
  searchInWindow(query: string): Promise<void>;
}

export interface Host extends Workshop, Surroundings {
  /** A newer search supersedes the older one. */
  search(request: SearchRequest, onUpdate: (update: SearchUpdate) => void): RunningSearch;
  /** Answers a question, sentence by sentence; a newer one ends it. */
  ask(question: Question, onUpdate: (update: AnswerUpdate) => void): RunningSearch;
  status(): Promise<LibraryStatus>;
  onProgress(listener: (progress: Progress) => void): Unsubscribe;
  /** Called when files or folders of the library have changed. */
  onLibraryChanged(listener: () => void): Unsubscribe;
  /** Called with a query that was asked by a start of the program. */
  onAsked(listener: (query: string) => void): Unsubscribe;
  /** Called with the paths of what was dropped on the window. */
  onDropped(listener: (paths: string[]) => void): Unsubscribe;
  suggestedFolders(): Promise<SuggestedFolder[]>;
  /** Lets the user choose a folder; null when nothing was chosen. */
  pickFolder(): Promise<string | null>;
  addFolder(path: string): Promise<void>;
  /** Erases what the library holds of the folder; the files stay untouched. */
  removeFolder(path: string): Promise<void>;
  /** Reads a folder that was left out because it looks generated, or leaves it out for good. */
  answerFolder(path: string, read: boolean): Promise<void>;
  /** Pauses indexing until a time in milliseconds; null is until it is resumed. */
  pause(untilMs: number | null): Promise<void>;
  resume(): Promise<void>;
  preview(fileId: number, passageId: number | null, query: string): Promise<Preview>;
  previewPage(fileId: number, page: number, query: string): Promise<Preview>;
  /** The passages of a file that answer a query, best first. */
  passagesIn(fileId: number, query: string): Promise<FoundPassage[]>;
  /** Opens a file with the user's program for it; false if that could not be told the page. */
  openFile(fileId: number, page: number | null): Promise<boolean>;
  revealFile(fileId: number): Promise<void>;
  /** Where a file lies, as other programs are told it when it is dragged to them; null where none are. */
  fileAddress(fileId: number): Promise<string | null>;
  why(path: string): Promise<Why>;
  /** Files in a state, those that follow one of them. */
  files(state: string, after: number | null, limit: number): Promise<FilePage>;
  /** Erases what the library holds of a file, and leaves it out; the file stays untouched. */
  forgetFile(fileId: number): Promise<void>;
  /** Lets a forgotten path into the library again. */
  admit(path: string): Promise<void>;
  /** What a line in a chosen folder's ignore file would leave out; changes nothing. */
  tryRule(folder: string, line: string): Promise<RuleEffect>;
  /** Writes a line into a chosen folder's ignore file. */
  addRule(folder: string, line: string): Promise<void>;
  /** A page as it looks; null for a file whose pages cannot be drawn. */
  pageView(fileId: number, page: number, passageId: number | null): Promise<PageView | null>;
}

/** Turns whatever was thrown into the one shape that the window shows. */
export function asIpcError(thrown: unknown): IpcError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return thrown as IpcError;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'bug', message, hint: null };
}
