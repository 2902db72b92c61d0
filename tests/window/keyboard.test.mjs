/** The list of tasks on the real program, with keys alone: nothing here clicks or points. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS, openWindow, until } from './driver.mjs';
import { pdf } from './pdf.mjs';

/** Writes with the keyboard into whatever has the focus. */
async function typeKeys(window, text) {
  for (const key of text) await window.press(key);
}

/** Presses Tab, or another key, until an element has the focus. */
async function tabTo(window, testId, ...keys) {
  const has = () =>
    window.run('return document.activeElement?.closest(`[data-testid="${arguments[0]}"]`) != null', testId);
  for (let pressed = 0; pressed < 60; pressed += 1) {
    if (await has()) return;
    await window.press(...(keys.length > 0 ? keys : [KEYS.tab]));
  }
  throw new Error(`${testId} is not reached`);
}

test('the four tasks are done with keys alone', async (t) => {
  const window = await openWindow(t, {
    'lease.pdf': pdf(['Nothing of note stands here.', 'The notice period is three months.']),
    'other.txt': 'Another file altogether.\n',
  });
  await window.untilReady(2);

  await t.test('a sentence in a PDF is found, and copied with its reference', async () => {
    await typeKeys(window, 'notice period');
    await window.untilResults('the page is found', (rows) => rows[0]?.page === 2);
    await window.press(KEYS.down);
    await window.press(KEYS.space);
    await until('the preview is there', () => window.text('[data-testid=preview-text]'));
    await tabTo(window, 'copy-quote');
    await window.press(KEYS.enter);
    await window.press(KEYS.escape);
    await window.press(KEYS.escape);
    await window.press(KEYS.control, 'k');
    // Whatever was copied can be pasted: into the box, whose line has no breaks.
    await window.press(KEYS.control, 'v');
    const pasted = await until('it is pasted', () => window.value('[data-testid=query]'));
    assert.match(pasted, /^“The notice period is three months\.”\s*\(lease\.pdf, page 2\)$/);
    await window.press(KEYS.escape);
  });

  await t.test('the reason why a file is missing is found', async () => {
    await tabTo(window, 'library-button');
    await window.press(KEYS.enter);
    await until('the page is there', () => window.text('[data-testid=library]'));
    await tabTo(window, 'why-path');
    await typeKeys(window, '/nowhere/zyzzyva.pdf');
    await window.press(KEYS.enter);
    await until('it says why', async () => (await window.text('[data-testid=why-answer]'))?.includes('nothing at this path'));
    await window.press(KEYS.escape);
  });

  await t.test('the model is switched', async () => {
    await tabTo(window, 'library-button');
    await window.press(KEYS.enter);
    await tabTo(window, 'tab-library', KEYS.shift, KEYS.tab);
    await window.press(KEYS.right);
    await tabTo(window, 'reranker');
    await typeKeys(window, 'None');
    const settings = join(window.home, 'library/settings.toml');
    await until('it is written', () => readFileSync(settings, 'utf8').includes('reranker = "none"'));
    await window.press(KEYS.escape);
  });

  await t.test('a folder is forgotten', async () => {
    await tabTo(window, 'library-button');
    await window.press(KEYS.enter);
    await until('the folder is there', () => window.text('[data-testid=folder]'));
    await tabTo(window, 'remove-folder');
    await window.press(KEYS.enter);
    await tabTo(window, 'confirm-remove');
    await window.press(KEYS.enter);
    await until('it is gone', async () => (await window.text('[data-testid=folder]')) === null);
  });
});
