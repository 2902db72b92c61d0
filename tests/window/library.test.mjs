/**
 * Libraries that cannot be opened as usual: the window opens all the same and says what to do.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPlace, openLibrary, program, until, write } from './driver.mjs';

test('a library that another process writes is searched, and taken over when that ends', async (t) => {
  const place = newPlace(t, { 'heron.txt': 'The heron stands still.\n' });
  const nuthatch = program('nuthatch');
  execFileSync(nuthatch, ['--library', place.library, 'add', place.folder], { stdio: 'ignore' });
  const watcher = spawn(nuthatch, ['--library', place.library, 'watch'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => watcher.kill('SIGKILL'));
  await once(watcher.stderr, 'data');

  const window = await openLibrary(t, place);
  await until('the notice is there', async () => (await window.text('[role=status]'))?.includes('Another Nuthatch'));
  await window.search('heron');
  await window.untilResults('it is searched', (rows) => rows[0]?.name === 'heron.txt');
  write(place.folder, 'second.txt', 'A second heron, written meanwhile.\n');
  await window.untilResults('what the other process reads is found', (rows) => rows.length === 2);

  watcher.kill('SIGKILL');
  await until('the notice goes', async () => (await window.text('[role=status]')) === null);
  write(place.folder, 'third.txt', 'A third heron, read by the window itself.\n');
  await window.untilResults('the window reads', (rows) => rows.length === 3);
});

test('a library of a newer version is left alone, and the window says so', async (t) => {
  const place = newPlace(t, {});
  writeFileSync(join(place.library, 'library.db'), emptyDatabase(99));
  const window = await openLibrary(t, place);
  const alert = await until('the window says why', () => window.text('[role=alert]'));
  assert.match(alert, /newer Nuthatch/);
  assert.match(alert, /Install/);
});

/** A SQLite database without tables, of a given user version. */
function emptyDatabase(userVersion) {
  const page = Buffer.alloc(4096);
  page.write('SQLite format 3\0', 0, 'latin1');
  page.writeUInt16BE(4096, 16); // page size
  page.set([1, 1, 0, 64, 32, 32], 18); // journal modes, reserved bytes, fixed fractions
  page.writeUInt32BE(1, 24); // change counter
  page.writeUInt32BE(1, 28); // pages
  page.writeUInt32BE(4, 44); // schema format
  page.writeUInt32BE(1, 56); // UTF-8
  page.writeUInt32BE(userVersion, 60);
  page.writeUInt32BE(1, 92); // change counter for which the number of pages holds
  page.writeUInt8(13, 100); // an empty leaf of the table of tables
  page.writeUInt16BE(4096, 105); // its content begins at the end
  return page;
}
