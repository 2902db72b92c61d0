/** A result dragged out of the real window with a pointer: another program gets the file itself. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startDisplay } from './display.mjs';
import { newPlace, openLibrary, pause, until } from './driver.mjs';

const NAME = 'the héron.txt';
/** After so long a drop has been taken, or never will be. */
const SETTLES_MS = 1000;

/** A window with one result, and another program's window right of it. */
async function openBesideAnother(t) {
  const display = await startDisplay(t);
  const place = newPlace(t, { [NAME]: 'The heron stands still.\n' });
  const window = await openLibrary(t, { ...place, desktop: { display: display.name } }, ['--add', place.folder]);
  await window.untilReady(1);
  await window.search('heron');
  await window.untilResults('it is found', (rows) => rows.length === 1);
  const other = await display.dropTarget(1150, 600, 120, 280);
  /** Where an element stands on the screen: without a window manager the window is in its corner. */
  const at = (selector) =>
    window.run(
      `const box = document.querySelector(arguments[0]).getBoundingClientRect();
       return [Math.round(box.left + 40), Math.round(box.top + box.height / 2)];`,
      selector,
    );
  /** Drags until something has come of it: on a busy machine a hand is faster than the window. */
  const drag = (what, from, to, hasCome) =>
    until(what, async () => {
      if (await hasCome()) return true;
      await display.drag(await at(from), typeof to === 'string' ? await at(to) : to);
      await pause(SETTLES_MS);
      return hasCome();
    });
  return { window, drag, other, path: join(place.folder, NAME) };
}

for (const [what, selector] of [
  ['a row', '[data-testid=result]'],
  ['the name above the preview', '[data-testid=preview-names]'],
]) {
  test(`${what} is dropped onto another program as the file itself`, async (t) => {
    const { window, drag, other, path } = await openBesideAnother(t);
    await window.click('[data-testid=result]');
    await until('the preview is there', () => window.element('[data-testid=preview-text]'));
    await drag('the other program has it', selector, [1200, 800], () => other.dropped !== null);
    assert.equal(other.dropped.trim(), pathToFileURL(path).href);
    assert.ok(other.types.includes('text/uri-list'), other.types);
    await window.search('stands');
    await window.untilResults('the window goes on', (rows) => rows.length === 1);
  });
}

test('a file that is gone is not dragged', async (t) => {
  const { window, drag, other, path } = await openBesideAnother(t);
  await window.run('document.addEventListener("dragstart", (event) => (document.title = `${event.defaultPrevented}`))');
  rmSync(path);
  const title = () => window.run('return document.title');
  // The row may be gone before the hand is there: then nothing can be dragged, either.
  const isTried = async () => (await title()) === 'true' || (await window.results()).length === 0;
  await drag('the drag was tried', '[data-testid=result]', [1200, 800], isTried);
  assert.equal(other.dropped, null);
  assert.deepEqual(other.types, []);
});

test('a row that is dropped on the window itself is no new file', async (t) => {
  const { window, drag, path } = await openBesideAnother(t);
  await window.run('document.addEventListener("dragend", () => (document.title += "ended"))');
  const title = () => window.run('return document.title');
  await drag('the drag has ended', '[data-testid=result]', '[data-testid=query]', async () =>
    (await title()).includes('ended'),
  );
  assert.equal(await window.value('[data-testid=query]'), 'heron');
  assert.equal(await window.text('[data-testid=library]'), null);
  // Whatever else is dropped afterwards still counts.
  writeFileSync(path, 'The heron has gone.\n');
  await window.untilResults('its change is followed', (rows) => rows.length === 1);
});
