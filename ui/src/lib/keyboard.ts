/**
 * What a key means in the search window.
 * Owns the table of keys; who acts on them is unknown here. Pure, so that the whole table is tested.
 */

export type KeyAction =
  | { do: 'move'; by: number }
  | { do: 'first' }
  | { do: 'last' }
  | { do: 'open' }
  | { do: 'ask' }
  | { do: 'close_answer' }
  | { do: 'reveal' }
  | { do: 'copy_path' }
  | { do: 'toggle_preview' }
  | { do: 'toggle_passages' }
  | { do: 'close_preview' }
  | { do: 'clear' }
  | { do: 'focus_box' };

export type KeySituation = {
  /** Where the key was pressed: in the search box, in another control, or nowhere in particular. */
  focus: 'box' | 'control' | 'none';
  /** A row was chosen with the arrow keys, and nothing has been typed since. */
  listActive: boolean;
  hasResults: boolean;
  previewOpen: boolean;
  answerOpen: boolean;
  hasQuery: boolean;
  /** What stands in the box begins with the sign of a question. */
  isQuestion: boolean;
  /** The caret stands behind the last character and nothing is selected. */
  caretAtEnd: boolean;
};

/** The part of a keyboard event that matters. */
export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'keyCode' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing'
>;

/** Rows that Page Up and Page Down move by. */
const PAGE_OF_ROWS = 5;
/** What browsers report while an input method is composing, even where `isComposing` is not set. */
const COMPOSING_KEY_CODE = 229;

export function keyAction(press: KeyPress, situation: KeySituation): KeyAction | null {
  if (press.isComposing || press.keyCode === COMPOSING_KEY_CODE) return null;
  if (press.altKey) return null;
  const command = press.ctrlKey || press.metaKey;

  if (command && !press.shiftKey && /^[fk]$/i.test(press.key)) return { do: 'focus_box' };
  if (press.key === 'Escape') {
    if (situation.previewOpen) return { do: 'close_preview' };
    if (situation.answerOpen) return { do: 'close_answer' };
    return situation.hasQuery ? { do: 'clear' } : null;
  }
  if (press.key === '/' && !command && situation.focus !== 'box') return { do: 'focus_box' };
  // A button elsewhere keeps its own keys.
  if (situation.focus === 'control') return null;
  const asks = press.shiftKey || (situation.isQuestion && !situation.listActive);
  if (press.key === 'Enter' && situation.hasQuery && !command && asks) return { do: 'ask' };
  // Without rows Enter still asks for the results of what has been typed.
  if (press.key === 'Enter' && situation.hasQuery && !press.shiftKey) {
    return { do: command ? 'reveal' : 'open' };
  }
  if (!situation.hasResults) return null;

  if (press.key === ' ') {
    return (command || situation.listActive) && !press.shiftKey ? { do: 'toggle_preview' } : null;
  }
  if (command && !press.shiftKey && /^e$/i.test(press.key)) return { do: 'toggle_passages' };
  if (command && press.shiftKey && /^c$/i.test(press.key)) return { do: 'copy_path' };
  if (command || press.shiftKey) return null;

  switch (press.key) {
    case 'ArrowDown':
      return { do: 'move', by: 1 };
    case 'ArrowUp':
      return { do: 'move', by: -1 };
    case 'PageDown':
      return { do: 'move', by: PAGE_OF_ROWS };
    case 'PageUp':
      return { do: 'move', by: -PAGE_OF_ROWS };
    case 'Home':
      return situation.listActive ? { do: 'first' } : null;
    case 'End':
      return situation.listActive ? { do: 'last' } : null;
    case 'ArrowRight':
      return situation.caretAtEnd ? { do: 'toggle_preview' } : null;
    default:
      return null;
  }
}
