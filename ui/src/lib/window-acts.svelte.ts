/**
 * What keys and clicks do in the search window: they move the choice, open, show, unfold, ask anew.
 * Owns who has the keys (box or list), which page lies over the search, and what the preview shows of
 * the choice. Knows of elements only that there is a box that can be focused.
 * Start reading at `perform`.
 */
import type { AnswerCitation, AnswerSource, SearchResult } from '../host/bindings';
import type { Host } from '../host/host';
import { AnswerSession } from './answer-session.svelte';
import { DragOut } from './drag-out';
import type { KeyAction } from './keyboard';
import type { LibrarySession } from './library-session.svelte';
import type { PageName } from './pages';
import { PassagesSession, type ListEntry } from './passages-session.svelte';
import { PreviewSession } from './preview-session.svelte';
import { ResultActs } from './result-acts.svelte';
import type { SearchSession } from './search-session.svelte';

/** The search box, as far as it matters here. */
export type Box = { focus: () => void; focusQuietly: () => void };

export class WindowActs {
  readonly preview: PreviewSession;
  readonly passages: PassagesSession;
  readonly results: ResultActs;
  readonly answer: AnswerSession;
  readonly drag: DragOut;
  /** The arrow keys move in the list; typing goes back to the box. */
  listActive = $state(false);
  /** The page that is open beside the search. */
  page = $state<PageName | null>(null);
  /** The path whose absence is asked about on the library page. */
  askWhy = $state<string | null>(null);

  #search: SearchSession;
  #library: LibrarySession;
  #box: () => Box | undefined;
  /** What of the list the preview was opened for. */
  #shownKey: string | null = null;

  constructor(host: Host, search: SearchSession, library: LibrarySession, box: () => Box | undefined) {
    this.preview = new PreviewSession(host);
    this.passages = new PassagesSession(host, search);
    this.results = new ResultActs(host, search);
    this.answer = new AnswerSession(host);
    this.drag = new DragOut(host);
    this.#search = search;
    this.#library = library;
    this.#box = box;
  }

  type(text: string): void {
    this.listActive = false;
    this.passages.close();
    this.#search.type(text);
    if (text.trim() === '') this.preview.close();
  }

  searchFor(query: string): void {
    this.type(query);
    this.#search.settle();
    this.#box()?.focusQuietly();
  }

  /** Another start of the program searches here. */
  askedFor(query: string): void {
    this.page = null;
    this.searchFor(query);
  }

  select(entry: ListEntry): void {
    this.passages.select(entry);
    this.#box()?.focusQuietly();
    this.#show(entry);
  }

  /** The open preview follows the choice. A new query takes the choice away, and leaves the preview. */
  follow(key: string | null): void {
    const entry = this.passages.chosenEntry;
    if (entry && this.preview.open && key !== this.#shownKey) this.#show(entry);
  }

  /** What was read again may stand elsewhere by now. */
  async renewed(): Promise<void> {
    await this.passages.refresh();
    const shown = this.passages.entries.find((entry) => entry.key === this.#shownKey);
    if (shown) this.preview.follow(shown.row, this.#search.shownQuery);
  }

  openPage(name: PageName, why: string | null = null): void {
    this.askWhy = why;
    this.page = name;
  }

  /** A folder that is dropped is added; of a file one wants to know why it is not found. */
  async dropped(paths: string[]): Promise<void> {
    if (this.drag.isUnderWay || paths.length === 0) return;
    if (await this.#library.addFolders(paths)) return;
    this.#library.dismissError();
    this.openPage('library', paths[0] ?? '');
  }

  /** Asks what stands in the box. */
  ask(): void {
    this.answer.ask(this.#search.query);
    this.#box()?.focusQuietly();
  }

  /** Shows what a sentence of an answer rests on, lit where it was cited. */
  showSource(source: AnswerSource, citation: AnswerCitation | null): void {
    const quoted = (citation?.quote ?? '').replaceAll('"', ' ').trim();
    const query = quoted === '' ? (this.answer.question ?? '') : `"${quoted}"`;
    this.#shownKey = null;
    void this.preview.show({ ...source, ...citation, passage: source.passage }, query);
  }

  judge(isLiked: boolean): void {
    const row = this.passages.chosenEntry?.row;
    if (row) this.#search.judge(row, isLiked);
  }

  async unfold(row: SearchResult): Promise<void> {
    this.#search.select(row.file_id);
    await this.passages.toggle(row);
  }

  perform(action: KeyAction): void {
    switch (action.do) {
      case 'move':
        this.passages.move(action.by);
        this.listActive = this.#search.selectedId !== null;
        break;
      case 'first':
        this.#choose(this.passages.entries[0]);
        break;
      case 'last':
        this.#choose(this.passages.entries.at(-1));
        break;
      case 'open':
        this.#onChosen(({ row }) => void this.results.open(row.file_id, row.page));
        break;
      case 'reveal':
        this.#onChosen(({ row }) => void this.results.reveal(row.file_id));
        break;
      case 'copy_path':
        this.#onChosen(({ row }) => void this.results.copyPath(row.path));
        break;
      case 'toggle_passages':
        this.#onChosen(({ row }) => void this.unfold(row));
        break;
      case 'toggle_preview':
        this.#togglePreview();
        break;
      case 'ask':
        this.ask();
        break;
      case 'close_answer':
        this.answer.close();
        this.#box()?.focusQuietly();
        break;
      case 'close_preview':
        this.preview.close();
        this.#box()?.focusQuietly();
        break;
      case 'clear':
        this.type('');
        this.#box()?.focus();
        break;
      case 'focus_box':
        this.#box()?.focus();
        break;
    }
  }

  /** Acts on what is chosen, else on the first row; never on a row of an older query. */
  #onChosen(act: (entry: ListEntry) => void): void {
    if (!this.#search.isCurrent) {
      this.#search.settle();
      return;
    }
    const entry = this.passages.chosenEntry ?? this.passages.entries[0];
    if (entry) act(entry);
  }

  #togglePreview(): void {
    if (this.preview.open) {
      this.preview.close();
      return;
    }
    this.#onChosen((entry) => {
      this.passages.select(entry);
      this.#show(entry);
    });
  }

  #choose(entry: ListEntry | undefined): void {
    if (entry) this.passages.select(entry);
  }

  #show(entry: ListEntry): void {
    this.#shownKey = entry.key;
    void this.preview.show(entry.row, this.#search.shownQuery);
  }
}
