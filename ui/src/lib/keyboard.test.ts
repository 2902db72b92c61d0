import { describe, expect, it } from 'vitest';
import { keyAction, type KeyPress, type KeySituation } from './keyboard';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  keyCode: 0,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  ...more,
});

const situation = (more: Partial<KeySituation> = {}): KeySituation => ({
  focus: 'box',
  listActive: false,
  hasResults: true,
  previewOpen: false,
  answerOpen: false,
  hasQuery: true,
  isQuestion: false,
  caretAtEnd: false,
  ...more,
});

describe('keyAction', () => {
  it('ignores every key while an input method is composing', () => {
    for (const key of ['Enter', 'Escape', 'ArrowDown', ' ']) {
      expect(keyAction(press(key, { isComposing: true }), situation())).toBeNull();
      expect(keyAction(press(key, { keyCode: 229 }), situation())).toBeNull();
    }
  });

  it('types a space in the box, and previews with it once the list is active', () => {
    expect(keyAction(press(' '), situation())).toBeNull();
    expect(keyAction(press(' '), situation({ listActive: true }))).toEqual({ do: 'toggle_preview' });
    expect(keyAction(press(' ', { ctrlKey: true }), situation())).toEqual({ do: 'toggle_preview' });
  });

  it('leaves Home and End to the text until the list is active', () => {
    expect(keyAction(press('Home'), situation())).toBeNull();
    expect(keyAction(press('End'), situation())).toBeNull();
    expect(keyAction(press('End'), situation({ listActive: true }))).toEqual({ do: 'last' });
  });

  it('previews with the right arrow only where it would not move the caret', () => {
    expect(keyAction(press('ArrowRight'), situation())).toBeNull();
    expect(keyAction(press('ArrowRight'), situation({ caretAtEnd: true }))).toEqual({
      do: 'toggle_preview',
    });
  });

  it('shows the folder with Ctrl or Command and Enter', () => {
    expect(keyAction(press('Enter', { ctrlKey: true }), situation())).toEqual({ do: 'reveal' });
    expect(keyAction(press('Enter', { metaKey: true }), situation())).toEqual({ do: 'reveal' });
  });

  it('copies the path with Ctrl or Command, Shift and C, and leaves copying text alone', () => {
    const both = { ctrlKey: true, shiftKey: true };
    expect(keyAction(press('C', both), situation())).toEqual({ do: 'copy_path' });
    expect(keyAction(press('C', { metaKey: true, shiftKey: true }), situation())).toEqual({ do: 'copy_path' });
    expect(keyAction(press('c', { ctrlKey: true }), situation())).toBeNull();
    expect(keyAction(press('C', both), situation({ hasResults: false }))).toBeNull();
  });

  it('closes the preview first, then clears the query, then leaves Escape alone', () => {
    const escape = press('Escape');
    expect(keyAction(escape, situation({ previewOpen: true }))).toEqual({ do: 'close_preview' });
    expect(keyAction(escape, situation())).toEqual({ do: 'clear' });
    expect(keyAction(escape, situation({ hasQuery: false }))).toBeNull();
  });

  it('returns to the box with a slash from elsewhere, and types it inside', () => {
    expect(keyAction(press('/'), situation({ focus: 'none' }))).toEqual({ do: 'focus_box' });
    expect(keyAction(press('/'), situation())).toBeNull();
  });

  it('leaves Enter and Space to a button that has the focus', () => {
    expect(keyAction(press('Enter'), situation({ focus: 'control' }))).toBeNull();
    expect(keyAction(press(' '), situation({ focus: 'control', listActive: true }))).toBeNull();
  });

  it('asks with Shift and Enter, and with Enter alone where a question stands in the box', () => {
    expect(keyAction(press('Enter', { shiftKey: true }), situation())).toEqual({ do: 'ask' });
    expect(keyAction(press('Enter'), situation({ isQuestion: true }))).toEqual({ do: 'ask' });
    expect(keyAction(press('Enter'), situation({ isQuestion: true, listActive: true }))).toEqual({ do: 'open' });
    expect(keyAction(press('Enter', { isComposing: true }), situation({ isQuestion: true }))).toBeNull();
  });

  it('closes the preview, then the answer, then the search', () => {
    const open = { previewOpen: true, answerOpen: true };
    expect(keyAction(press('Escape'), situation(open))).toEqual({ do: 'close_preview' });
    expect(keyAction(press('Escape'), situation({ answerOpen: true }))).toEqual({ do: 'close_answer' });
    expect(keyAction(press('Escape'), situation())).toEqual({ do: 'clear' });
  });
});
