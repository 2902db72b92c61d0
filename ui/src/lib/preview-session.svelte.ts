/**
 * The preview pane's content: which file and page are shown.
 * Owns the order of answers (a slow older one never replaces a newer one) and keeps the old text
 * until the new one is there. Knows nothing of elements.
 */
import type { IpcError, Preview, SearchResult } from '../host/bindings';
import { asIpcError, type Host } from '../host/host';

export class PreviewSession {
  open = $state(false);
  content = $state.raw<Preview | null>(null);
  error = $state.raw<IpcError | null>(null);
  loading = $state(false);
  /** The file that `content` shows. */
  fileId = $state<number | null>(null);
  /** The passage it was opened for, as the result row has it. */
  passageText = $state('');

  #host: Host;
  #query = '';
  #passageId: number | null = null;
  #newest = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Opens the pane at the best passage of a result. */
  show(row: SearchResult, query: string): Promise<void> {
    this.open = true;
    this.#query = query;
    this.#passageId = row.passage_id;
    return this.#load(row.file_id, row.passage, () =>
      this.#host.preview(row.file_id, row.passage_id, query),
    );
  }

  /** Shows the passage anew if the file has been read again since. */
  follow(rows: readonly SearchResult[], query: string): void {
    const row = rows.find((one) => one.file_id === this.fileId);
    if (this.open && row && row.passage_id !== this.#passageId) void this.show(row, query);
  }

  /** Turns to another page of the same file. */
  turnTo(page: number): Promise<void> {
    const fileId = this.fileId;
    if (fileId === null) return Promise.resolve();
    return this.#load(fileId, this.passageText, () =>
      this.#host.previewPage(fileId, page, this.#query),
    );
  }

  close(): void {
    this.#newest += 1;
    this.open = false;
    this.loading = false;
    this.content = null;
    this.error = null;
    this.fileId = null;
  }

  async #load(fileId: number, passage: string, fetch: () => Promise<Preview>): Promise<void> {
    this.#newest += 1;
    const mine = this.#newest;
    this.loading = true;
    try {
      const content = await fetch();
      if (mine !== this.#newest) return;
      this.content = content;
      this.error = null;
    } catch (thrown) {
      if (mine !== this.#newest) return;
      this.content = null;
      this.error = asIpcError(thrown);
    }
    this.fileId = fileId;
    this.passageText = passage;
    this.loading = false;
  }
}
