/**
 * A file on its way out of the window: what it is dragged onto gets the file itself.
 * Owns which file was made ready, and that what is dragged out is not dropped in. The host says where
 * a file lies, and only of those in the library; it is asked as soon as the pointer is there, since a
 * drag that has begun cannot wait. Where it names no place, nothing is dragged.
 */
import type { Host } from '../host/host';

/** What the window hears of a drop comes a little after the end of the drag. */
const LATE_MS = 500;

export class DragOut {
  #host: Host;
  #ready: { fileId: number; address: string | null } | null = null;
  #isUnderWay = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Something is dragged out, or was a moment ago: whatever is dropped is this. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** The pointer is on a file; a drag may follow. */
  prepare(fileId: number): void {
    const ready = { fileId, address: null as string | null };
    this.#ready = ready;
    // A file that is gone is not dragged; that it is gone is told by opening it.
    this.#host.fileAddress(fileId).then(
      (address) => (ready.address = address),
      () => {},
    );
  }

  /** A drag begins; `shown` is what hangs on the pointer. */
  begin(event: DragEvent, fileId: number, shown: Element | null): void {
    const address = this.#ready?.fileId === fileId ? this.#ready.address : null;
    if (address === null || event.dataTransfer === null) {
      event.preventDefault();
      return;
    }
    event.dataTransfer.setData('text/uri-list', address);
    // The file stays where it is, whatever the other program would like to do with it.
    event.dataTransfer.effectAllowed = 'copy';
    if (shown) event.dataTransfer.setDragImage(shown, 0, 0);
    clearTimeout(this.#timer);
    this.#isUnderWay = true;
  }

  end(): void {
    this.#timer = setTimeout(() => (this.#isUnderWay = false), LATE_MS);
  }
}
