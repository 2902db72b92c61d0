/**
 * Indexing that is paused in the window, and a folder that looks generated.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { newPlace, openLibrary, program, UNHURRIED, until, write } from './driver.mjs';

const status = (place) => {
  const args = ['--library', place.library, '--json', 'status'];
  return JSON.parse(execFileSync(program('nuthatch'), args, { encoding: 'utf8' }));
};

const now = (window) => window.text('[data-testid=now]');

test('a pause holds up what is new, is shown with its end, lasts over a restart, and is resumed', async (t) => {
  const place = newPlace(t, { 'heron.txt': 'The heron stands still.\n' });
  const window = await openLibrary(t, place, ['--add', place.folder]);
  await window.untilReady(1);
  await window.click('[data-testid=library-button]');
  await until('it says that nothing is left to do', async () => (await now(window))?.includes('Up to date'));
  await window.click('[data-testid=now] [data-testid=pause-button]');
  await window.click('[data-testid=pause-menu] [role=menuitem]');
  await until('the sheet says until when', async () => /Paused by you until .*\d:\d\d/.test(await now(window)));
  assert.equal(status(place).now.waits_for, 'user');

  write(place.folder, 'second.txt', 'A second heron, written meanwhile.\n');
  await window.click('[data-testid=close-pages]');
  const strip = () => window.text('[data-testid=progress]');
  await until('the line says it, too', async () => (await strip())?.includes('Paused by you until'));
  await window.search('heron');
  const found = await window.untilResults('what was read is found', (rows) => rows.length > 0);
  assert.deepEqual(found.map((row) => row.name), ['heron.txt']);
  await window.close();

  const again = await openLibrary(t, place);
  await until('it is still paused', async () => (await again.text('[data-testid=progress]'))?.includes('Paused by you'));
  await again.click('[data-testid=progress] [data-testid=resume-button]');
  await again.search('heron');
  await again.untilResults('what is new is read', (rows) => rows.length === 2);
  // The keys just typed hold it for a moment longer.
  await until('nothing is waited for', async () => status(place).now.waits_for === null);
});

test('a folder that looks generated is asked about, and read when that is wanted', async (t) => {
  const documents = { 'letter.txt': 'A letter about herons.\n', 'package.json': '{}\n' };
  for (let i = 0; i < 30; i += 1) documents[`node_modules/p${i}/README.txt`] = 'A package about herons.\n';
  const place = newPlace(t, documents);
  write(place.library, 'settings.toml', `${UNHURRIED}ask_above_files = 20\n`);
  const window = await openLibrary(t, place, ['--add', place.folder]);
  await window.untilReady(2);
  await window.click('[data-testid=library-button]');
  const question = await until('the question is there', () => window.text('[data-testid=held-back]'));
  assert.match(question.replace(/\s+/g, ' '), /node_modules with 30 files was left out/);
  await window.click('[data-testid=held-back] .answers .button:last-child');
  await until('the question goes', async () => (await window.text('[data-testid=held-back]')) === null);
  await until('it is read', async () => (await status(place)).files.indexed === 32);
});
