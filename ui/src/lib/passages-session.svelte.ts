/**
 * Further passages of one file, shown below its row in the list.
 * Owns which file is unfolded and which of its passages is chosen; the rows themselves are the
 * search's. Knows nothing of elements. Invariant: one file at most is unfolded, and it belongs to the
 * query whose rows are shown.
 */
import type { FoundPassage, IpcError, SearchResult } from '../host/bindings';
import { asIpcError, type Host } from '../host/host';
import type { SearchSession } from './search-session.svelte';

/** A row of the list: a file with its best passage, or a further passage of it. */
export type ListEntry = {
  key: string;
  row: SearchResult;
  /** It is a passage of the file above it. */
  isPart: boolean;
};

export class PassagesSession {
  /** The file that is unfolded. */
  fileId = $state<number | null>(null);
  passages = $state.raw<FoundPassage[]>([]);
  /** The passage that is chosen in it; null is the file's own row. */
  chosen = $state<number | null>(null);
  loading = $state(false);
  error = $state.raw<IpcError | null>(null);

  #host: Host;
  #search: SearchSession;
  #newest = 0;

  constructor(host: Host, search: SearchSession) {
    this.#host = host;
    this.#search = search;
  }

  /** The rows as they are listed. */
  readonly entries: ListEntry[] = $derived.by(() => this.#listed());

  /** What is chosen in the list. */
  get chosenEntry(): ListEntry | null {
    return this.entries.find((entry) => entry.key === this.chosenKey) ?? null;
  }

  get chosenKey(): string | null {
    const file = this.#search.selectedId;
    if (file === null) return null;
    const isInside = this.chosen !== null && file === this.fileId;
    return isInside ? `${file}-${this.chosen}` : String(file);
  }

  /** There are passages that its row does not show. */
  static hasMore(row: SearchResult): boolean {
    return row.n_passages > 1 && row.passage_id !== null;
  }

  /** Unfolds a file, or folds it up again. */
  async toggle(row: SearchResult): Promise<void> {
    if (this.fileId === row.file_id) {
      this.close();
      return;
    }
    if (!PassagesSession.hasMore(row)) return;
    this.#newest += 1;
    const mine = this.#newest;
    this.loading = true;
    try {
      const found = await this.#host.passagesIn(row.file_id, this.#search.shownQuery);
      if (mine !== this.#newest) return;
      this.passages = found;
      this.fileId = row.file_id;
      this.chosen = null;
    } catch (thrown) {
      if (mine === this.#newest) this.error = asIpcError(thrown);
    }
    this.loading = false;
  }

  /** Files have changed: asks again for the passages that are listed. */
  async refresh(): Promise<void> {
    const fileId = this.fileId;
    if (fileId === null) return;
    const mine = this.#newest;
    const found = await this.#host.passagesIn(fileId, this.#search.shownQuery).catch(() => []);
    if (mine === this.#newest) this.passages = found;
  }

  close(): void {
    this.#newest += 1;
    this.fileId = null;
    this.passages = [];
    this.chosen = null;
    this.loading = false;
  }

  /** Chooses what is listed under a key. */
  select(entry: ListEntry): void {
    this.#search.select(entry.row.file_id);
    this.chosen = entry.isPart ? entry.row.passage_id : null;
  }

  /** Moves the choice by some entries; above the first one there is none. */
  move(by: number): void {
    if (this.fileId === null) {
      this.#search.move(by);
      return;
    }
    const entries = this.entries;
    const at = entries.findIndex((entry) => entry.key === this.chosenKey);
    if (at + by < 0 || at === -1) {
      this.chosen = null;
      this.#search.move(by);
      return;
    }
    const next = entries[Math.min(entries.length - 1, at + by)];
    if (next) this.select(next);
  }

  #listed(): ListEntry[] {
    return this.#search.rows.flatMap((row): ListEntry[] => {
      const file: ListEntry = { key: String(row.file_id), row, isPart: false };
      return row.file_id === this.fileId ? [file, ...this.#partsOf(row)] : [file];
    });
  }

  #partsOf(row: SearchResult): ListEntry[] {
    return this.passages
      .filter((passage) => passage.passage_id !== row.passage_id)
      .map((passage) => ({
        key: `${row.file_id}-${passage.passage_id}`,
        row: { ...row, ...passage, sentence: null, strength: null },
        isPart: true,
      }));
  }
}
