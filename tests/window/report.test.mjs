/** The report for support, saved from the settings through the system's own dialog. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDisplay } from './display.mjs';
import { newPlace, openLibrary, pause, until } from './driver.mjs';

/** Opens the dialog for the report's place, and puts the pointer on it. */
async function openDialog(t) {
  const display = await startDisplay(t);
  const place = newPlace(t, { 'quabblethorn.txt': 'The secret heron stands still.\n' });
  const window = await openLibrary(t, { ...place, desktop: { display: display.name } }, ['--add', place.folder]);
  await window.untilReady(1);
  await window.click('[data-testid=library-button]');
  await window.click('[data-testid=tab-settings]');
  const before = (await display.windows()).map((one) => one.window);
  await window.click('[data-testid=save-report]');
  const dialog = async () => (await display.windows()).find((one) => one.isSeen && !before.includes(one.window));
  const { window: shown } = await until('the dialog is there', dialog);
  await pause(300);
  const [left, top, width, height] = await display.placeOf(shown);
  display.pointTo([left + width / 2, top + height / 2]);
  return { display, window, home: place.home, dialog };
}

test('a report is written where the user says, and names no file', async (t) => {
  const { display, window, home, dialog } = await openDialog(t);
  const file = join(home, 'for-support.txt');
  const isSaved = async () => (await window.text('[data-testid=report-saved]'))?.includes(file);
  // A dialog that is still being filled takes no keys, and one that lists a folder may take the last one
  // for its list: as long as it is there, whoever types begins again.
  await until('it is told where it lies', async () => {
    if (await dialog()) {
      await display.press('a', 'Control');
      await display.type(file);
      await display.press('Return');
      await pause(1_000);
    }
    return isSaved();
  });
  const report = readFileSync(file, 'utf8');
  assert.match(report, /nuthatch/i);
  assert.doesNotMatch(report, /quabblethorn|heron/);
});

test('whoever turns the dialog away gets no report', async (t) => {
  const { display, window, home, dialog } = await openDialog(t);
  await display.press('Escape');
  await until('the dialog has gone', async () => (await dialog()) === undefined);
  await until('the button can be pressed again', () =>
    window.run('return !document.querySelector("[data-testid=save-report]").disabled'),
  );
  assert.equal((await window.text('[data-testid=report-saved]')).trim(), '');
  assert.equal(existsSync(join(home, 'nuthatch-report.txt')), false);
});
