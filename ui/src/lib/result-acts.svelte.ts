/**
 * What is done with a result besides reading it: opening, showing, saving the search, noting the answer.
 * Owns the last failure, and that a search which led somewhere is noted. Knows nothing of elements.
 */
import type { IpcError } from '../host/bindings';
import { asIpcError, type Host } from '../host/host';
import { copyText } from './clipboard';
import type { SearchSession } from './search-session.svelte';

/** So long a path that was copied is shown. */
const COPIED_FOR_MS = 4_000;
/** So long it takes to turn to a page elsewhere. */
const NAMED_FOR_MS = 12_000;

export class ResultActs {
  error = $state.raw<IpcError | null>(null);
  /** The query that was saved last. */
  savedQuery = $state<string | null>(null);

  /** A file was opened at its beginning, and this is the page that was meant. */
  pageToTurnTo = $state<number | null>(null);

  /** The path that was copied a moment ago. */
  copiedPath = $state<string | null>(null);

  #host: Host;
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #search: SearchSession;

  constructor(host: Host, search: SearchSession) {
    this.#host = host;
    this.#search = search;
  }

  /** Opens a file at a page, where the user's program can be told one; else the page is named. */
  open(fileId: number, page: number | null): Promise<boolean> {
    this.noteSearch();
    this.#nameNoPage();
    return this.#act(async () => {
      const isThere = await this.#host.openFile(fileId, page);
      if (isThere) return;
      this.pageToTurnTo = page;
      this.#timer = setTimeout(() => this.#nameNoPage(), NAMED_FOR_MS);
    });
  }

  #nameNoPage(): void {
    clearTimeout(this.#timer);
    this.pageToTurnTo = null;
  }

  reveal(fileId: number): Promise<boolean> {
    this.noteSearch();
    return this.#act(() => this.#host.revealFile(fileId));
  }

  /** For whoever uses keys what dragging a file out is for others. */
  async copyPath(path: string): Promise<void> {
    this.noteSearch();
    await copyText(path);
    clearTimeout(this.#copiedTimer);
    this.copiedPath = path;
    this.#copiedTimer = setTimeout(() => (this.copiedPath = null), COPIED_FOR_MS);
  }

  /** The file was the answer to what was searched for. */
  thisWasIt(fileId: number): Promise<boolean> {
    this.noteSearch();
    return this.#act(() => this.#host.addAnswer(this.#search.shownQuery, fileId));
  }

  saveSearch(): Promise<boolean> {
    const query = this.#search.shownQuery;
    return this.#act(async () => {
      await this.#host.saveSearch('', query);
      this.savedQuery = query;
    });
  }

  /** The search led somewhere. Whether that is remembered is the settings' affair, and failing is no news. */
  noteSearch(): void {
    if (this.#search.shownQuery !== '') this.#host.noteSearch(this.#search.shownQuery).catch(() => {});
  }

  async #act(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      this.error = null;
      return true;
    } catch (thrown) {
      this.error = asIpcError(thrown);
      return false;
    }
  }
}
