/** A result dragged out of the real window with a pointer: another program gets the file itself. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startDisplay } from './display.mjs';
import { newPlace, openLibrary, pause, until } from './driver.mjs';

const NAME = 'the héron.txt';

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
  return { window, display, other, at, path: join(place.folder, NAME) };
}

for (const [what, selector] of [
  ['a row', '[data-testid=result]'],
  ['the name above the preview', '[data-testid=preview-names]'],
]) {
  test(`${what} is dropped onto another program as the file itself`, async (t) => {
    const { window, display, other, at, path } = await openBesideAnother(t);
    await window.click('[data-testid=result]');
    await until('the preview is there', () => window.element('[data-testid=preview-text]'));
    await display.drag(await at(selector), [1200, 800]);
    await until('the other program has it', () => other.dropped !== null);
    assert.equal(other.dropped.trim(), pathToFileURL(path).href);
    assert.ok(other.types.includes('text/uri-list'), other.types);
    await window.search('stands');
    await window.untilResults('the window goes on', (rows) => rows.length === 1);
  });
}

test('a file that is gone is not dragged', async (t) => {
  const { window, display, other, at, path } = await openBesideAnother(t);
  await window.run('document.addEventListener("dragstart", (event) => (document.title = `${event.defaultPrevented}`))');
  const from = await at('[data-testid=result]');
  rmSync(path);
  await display.drag(from, [1200, 800]);
  await until('the drag was tried', async () => (await window.run('return document.title')) === 'true');
  assert.equal(other.dropped, null);
  assert.deepEqual(other.types, []);
});

test('a row that is dropped on the window itself is no new file', async (t) => {
  const { window, display, at, path } = await openBesideAnother(t);
  await window.run('document.addEventListener("dragend", () => (document.title += "ended"))');
  await display.drag(await at('[data-testid=result]'), await at('[data-testid=query]'));
  await until('the drag has ended', async () => (await window.run('return document.title')).includes('ended'));
  // Whatever comes of it comes a moment later.
  await pause(1000);
  assert.equal(await window.value('[data-testid=query]'), 'heron');
  assert.equal(await window.text('[data-testid=library]'), null);
  // Whatever else is dropped afterwards still counts.
  writeFileSync(path, 'The heron has gone.\n');
  await window.untilResults('its change is followed', (rows) => rows.length === 1);
});
