/**
 * The query language in the real window: what was understood is shown, a part of it is taken away, and
 * what could not be obeyed is said.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWindow, until } from './driver.mjs';

test('what was understood is shown as chips, and a chip is taken away', async (t) => {
  const window = await openWindow(t, {
    'rent.txt': 'The rent for the flat is due in May.\n',
    'rent draft.md': '# Draft\n\nA draft about the rent of the flat.\n',
    'rent.csv': 'item,rent\nflat,900\n',
  });
  await window.untilReady(3);
  await window.search('rent -draft type:text');
  await window.untilResults('only one file meets all', (rows) => rows.length === 1 && rows[0].name === 'rent.txt');
  const parts = await window.text('[data-testid=query-parts]');
  assert.match(parts, /not draft.*type: text/s);

  await window.click('[data-testid=query-parts] .take-away');
  await window.untilResults('the draft is found as well', (rows) => rows.length === 2);
  await until('one chip is left', async () => !(await window.text('[data-testid=query-parts]')).includes('draft'));

  await window.search('rent date:soon');
  await until('the mistake is said', async () =>
    (await window.text('[data-testid=query-parts]'))?.includes('is no date'),
  );
  await window.untilResults('the rest is searched', (rows) => rows.length === 3);
});

test('what the engine says of queries and of files is said in the language that is chosen', async (t) => {
  const window = await openWindow(t, { 'rent.txt': 'The rent is due in May.\n', 'broken.pdf': 'not a PDF at all' });
  await until('the box is there', () => window.element('[data-testid=query]'));
  await window.search('rent');
  await window.untilResults('it is found', (rows) => rows.length > 0);
  await window.click('[data-testid=library-button]');
  await window.click('[data-testid=tab-settings]');
  await window.run(`const choice = document.querySelector('[data-testid=language]');
    choice.value = 'de';
    choice.dispatchEvent(new Event('change', { bubbles: true }));`);
  await window.click('[data-testid=tab-library]');
  await window.click('[data-testid=list-failed]');
  await until('the reason is said in German', async () =>
    (await window.text('[data-testid=listed-file]'))?.includes('sie heißt .pdf, ist aber keine pdf-Datei'));
  await window.click('[data-testid=close-pages]');
  await window.search('rent date:soon');
  await until('the mistake is said in German', async () =>
    (await window.text('[data-testid=query-parts]'))?.includes('„soon“ ist kein Datum, daher gilt date: nicht.'));
});
