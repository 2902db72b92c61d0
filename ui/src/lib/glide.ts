/**
 * Puts an element at a height in its list, and lets it glide there when the list was reordered.
 * Owns the element's transform. An animation and no transition: a transition ends when the element is
 * moved within the document, as it is whenever rows trade places. Invariant: an element that must stand
 * still stands at its place from that moment on, whatever was under way.
 */
import { mayAnimate } from './motion';

export type Place = {
  /** From the list's top, in pixels. */
  top: number;
  /** The list was reordered, not replaced or scrolled. */
  glides: boolean;
  /** It must not move now. */
  still: boolean;
};

const GLIDE_MS = 180;
const at = (top: number) => `translateY(${top}px)`;

export function glide(element: HTMLElement, first: Place) {
  let top = first.top;
  let running: Animation | null = null;
  element.style.transform = at(top);

  return {
    update(next: Place): void {
      if (next.still) {
        running?.cancel();
        running = null;
      }
      if (next.top === top) return;
      // From where it is seen now, which is not its old place while it glides.
      const seen = running ? seenAt(element) : top;
      top = next.top;
      running?.cancel();
      running = null;
      element.style.transform = at(top);
      if (!next.glides || next.still || !mayAnimate()) return;
      running = element.animate([{ transform: at(seen) }, { transform: at(top) }], {
        duration: GLIDE_MS,
        easing: 'ease-out',
      });
      running.onfinish = () => (running = null);
    },
  };
}

/** Where an element is drawn at this moment of its way. */
function seenAt(element: HTMLElement): number {
  return new DOMMatrixReadOnly(getComputedStyle(element).transform).m42;
}
