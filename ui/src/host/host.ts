/**
 * The one way in which the window reaches the program around it.
 * Owns the interface alone: which host is there (`index.ts`) and how it answers (`tauri.ts`,
 * `fake.ts`) are unknown here. Every failure is an `IpcError`, never a bare string.
 */
import type {
  IpcError,
  LibraryStatus,
  Preview,
  Progress,
  SearchRequest,
  SearchUpdate,
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

export interface Host {
  /** A newer search supersedes the older one. */
  search(request: SearchRequest, onUpdate: (update: SearchUpdate) => void): RunningSearch;
  status(): Promise<LibraryStatus>;
  onProgress(listener: (progress: Progress) => void): Unsubscribe;
  /** Called when files or folders of the library have changed. */
  onLibraryChanged(listener: () => void): Unsubscribe;
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
  openFile(fileId: number): Promise<void>;
  revealFile(fileId: number): Promise<void>;
  why(path: string): Promise<Why>;
}

/** Turns whatever was thrown into the one shape that the window shows. */
export function asIpcError(thrown: unknown): IpcError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return thrown as IpcError;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'bug', message, hint: null };
}
