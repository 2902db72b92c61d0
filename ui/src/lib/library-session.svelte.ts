/**
 * What the window knows of the library: its folders, its counts, what indexing is doing.
 * Owns keeping that fresh and the acts on folders. Knows nothing of elements.
 */
import type { IpcError, LibraryStatus, Progress, SuggestedFolder } from '../host/bindings';
import { asIpcError, type Host, type Unsubscribe } from '../host/host';

export class LibrarySession {
  /** Null until the host has answered once. */
  status = $state.raw<LibraryStatus | null>(null);
  /** Folders that a new user is offered. */
  suggested = $state.raw<SuggestedFolder[]>([]);
  progress = $state.raw<Progress | null>(null);
  error = $state.raw<IpcError | null>(null);
  /** A folder is being added or removed. */
  busy = $state(false);

  #host: Host;
  #subscriptions: Unsubscribe[];

  constructor(host: Host) {
    this.#host = host;
    this.#subscriptions = [
      host.onProgress((progress) => this.#follow(progress)),
      host.onLibraryChanged(() => void this.refresh()),
    ];
    void this.refresh();
  }

  get isEmpty(): boolean {
    return this.status !== null && this.status.folders.length === 0;
  }

  /** Files that are in the library and can be found. */
  get nFound(): number {
    return this.status ? this.status.files.indexed + this.status.files.partial : 0;
  }

  async refresh(): Promise<void> {
    try {
      this.status = await this.#host.status();
      if (this.isEmpty) this.suggested = await this.#host.suggestedFolders();
    } catch (thrown) {
      this.error = asIpcError(thrown);
    }
  }

  /** Lets the user choose a folder and adds it; false when none was added. */
  async chooseFolder(): Promise<boolean> {
    return this.#act(async () => {
      const path = await this.#host.pickFolder();
      if (path === null) return false;
      await this.#host.addFolder(path);
      return true;
    });
  }

  /** Adds folders whose paths are known; those before one that is refused stay. */
  async addFolders(paths: readonly string[]): Promise<boolean> {
    return this.#act(async () => {
      for (const path of paths) await this.#host.addFolder(path);
      return paths.length > 0;
    });
  }

  /** Lets a forgotten path into the library again. */
  async admit(path: string): Promise<boolean> {
    return this.#act(async () => {
      await this.#host.admit(path);
      return true;
    });
  }

  async removeFolder(path: string): Promise<boolean> {
    return this.#act(async () => {
      await this.#host.removeFolder(path);
      return true;
    });
  }

  /** Reads a folder that was left out because it looks generated, or leaves it out for good. */
  async answerFolder(path: string, read: boolean): Promise<boolean> {
    return this.#act(async () => {
      await this.#host.answerFolder(path, read);
      return true;
    });
  }

  /** Pauses indexing until a time in milliseconds; null is until it is resumed. */
  async pause(untilMs: number | null): Promise<void> {
    await this.#act(async () => {
      await this.#host.pause(untilMs);
      return false;
    });
  }

  async resume(): Promise<void> {
    await this.#act(async () => {
      await this.#host.resume();
      return false;
    });
  }

  dismissError(): void {
    this.error = null;
  }

  dispose(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }

  #follow(progress: Progress): void {
    const phaseChanged = progress.phase !== this.progress?.phase;
    this.progress = progress;
    // Counts are worth a fresh look when something has come to its end.
    if (phaseChanged) void this.refresh();
  }

  async #act(act: () => Promise<boolean>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      const done = await act();
      if (done) await this.refresh();
      return done;
    } catch (thrown) {
      this.error = asIpcError(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
