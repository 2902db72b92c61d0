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
