/**
 * The preview pane's content: which file and page are shown, as text or as it looks.
 * Owns the order of answers (a slow older one never replaces a newer one) and keeps the old content
 * until the new one is there. Knows nothing of elements.
 */
import type { InnerFile, IpcError, Preview, SearchResult } from '../host/bindings';
import { asIpcError, type Host, type PageView } from '../host/host';
import { strings } from './strings';

/** A picture and the text on it belong side by side. */
const PICTURES = /\.(png|jpe?g|jpe|jfif|tiff?|webp|bmp|gif)$/i;
const ZOOM_STEP = 0.2;
const ZOOMS = { least: 0.6, most: 3 };

/** What of a result, or of what an answer rests on, leads to a preview. */
type Shown = Pick<SearchResult, 'file_id' | 'passage_id' | 'passage' | 'page' | 'unit' | 'label' | 'line'>;

export class PreviewSession {
  open = $state(false);
  content = $state.raw<Preview | null>(null);
  error = $state.raw<IpcError | null>(null);
  loading = $state(false);
  /** The file that `content` shows. */
  fileId = $state<number | null>(null);
  /** The passage it was opened for, as the result row has it, and where that says it stands. */
  passageText = $state('');
  place = $state<string | null>(null);
  mode = $state<'text' | 'page'>('text');
  /** The page as it looks; absent until it is drawn, and for a file that has none. */
  view = $state.raw<PageView | null>(null);
  /** Times the usual size. */
  zoom = $state(1);
  /** The match that was walked to, from 0. */
  hit = $state<number | null>(null);

  /** The file that holds the one that is shown, and was shown before it. */
  outer = $state.raw<{ name: string; back: () => Promise<void> } | null>(null);

  #host: Host;
  #query = '';
  #row: Shown | null = null;
  #passageId: number | null = null;
  #newest = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Its pages can be drawn. */
  get hasPages(): boolean {
    return this.content?.page != null && this.content.unit === 'page' && !this.isPicture;
  }

  /** It is a picture, which is shown beside its text. */
  get isPicture(): boolean {
    return this.content !== null && PICTURES.test(this.content.name);
  }

  /** Opens the pane at the best passage of a result. */
  show(row: Shown, query: string): Promise<void> {
    this.open = true;
    this.#query = query;
    this.#passageId = row.passage_id;
    this.#row = row;
    this.outer = null;
    this.place = strings.place(row);
    return this.#load(row.file_id, row.passage, () =>
      this.#host.preview(row.file_id, row.passage_id, query),
    );
  }

  /** Shows a file that lies in the one that is shown. */
  showInner(file: InnerFile): Promise<void> {
    const row = this.#row;
    const name = this.content?.name ?? '';
    const back = () => (row ? this.show(row, this.#query) : Promise.resolve());
    this.outer ??= { name, back };
    this.#passageId = null;
    this.place = null;
    return this.#load(file.file_id, '', () => this.#host.preview(file.file_id, null, this.#query));
  }

  /** Shows the passage of a row anew if the file was read again since; a file inside it stays. */
  follow(row: Shown, query: string): void {
    const isAnother = row.file_id === this.#row?.file_id && row.passage_id !== this.#row.passage_id;
    if (this.open && isAnother && this.outer === null) void this.show(row, query);
  }

  /** Turns to another page of the same file. */
  turnTo(page: number): Promise<void> {
    const fileId = this.fileId;
    if (fileId === null) return Promise.resolve();
    return this.#load(fileId, this.passageText, () =>
      this.#host.previewPage(fileId, page, this.#query),
    );
  }

  showAs(mode: 'text' | 'page'): Promise<void> {
    this.mode = mode;
    return this.#draw(this.#newest);
  }

  /** Walks to the next match, or the one before; behind the last comes the first. */
  step(by: 1 | -1, nHits: number): void {
    if (nHits === 0) return;
    const from = this.hit ?? (by > 0 ? -1 : 0);
    this.hit = (from + by + nHits) % nHits;
  }

  zoomBy(steps: number): void {
    const zoom = Math.round((this.zoom + steps * ZOOM_STEP) * 10) / 10;
    this.zoom = Math.min(ZOOMS.most, Math.max(ZOOMS.least, zoom));
  }

  close(): void {
    this.#newest += 1;
    this.open = false;
    this.loading = false;
    this.content = null;
    this.view = null;
    this.error = null;
    this.fileId = null;
    this.outer = null;
    this.hit = null;
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
    this.hit = null;
    this.loading = false;
    await this.#draw(mine);
  }

  /** Draws the page, where that is wanted. Where it cannot be, its text stays. */
  async #draw(mine: number): Promise<void> {
    // Of a picture that holds no text, nothing is known of a page.
    const page = this.content?.page ?? (this.isPicture ? 1 : null);
    const isWanted = this.isPicture || (this.mode === 'page' && this.hasPages);
    if (!isWanted || page === null || this.fileId === null) {
      this.view = null;
      return;
    }
    try {
      const view = await this.#host.pageView(this.fileId, page, this.#passageId);
      if (mine === this.#newest) this.view = view;
    } catch (thrown) {
      if (mine !== this.#newest) return;
      this.view = null;
      this.error = asIpcError(thrown);
    }
  }
}
