/** A second start of the program shows the window that is there, and hands over what it asks. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { homely, newPlace, openLibrary, program, startBus, UNHURRIED, until, write } from './driver.mjs';

test('a second start searches in the window that is there, adds a folder to it, and ends', async (t) => {
  const place = newPlace(t, { 'heron.txt': 'The heron stands still.\n' });
  const usual = join(place.home, '.local/share/nuthatch');
  write(usual, 'settings.toml', UNHURRIED);
  const bus = await startBus(t);
  const more = join(place.home, 'more');
  mkdirSync(more);
  write(more, 'second.txt', 'Another heron.\n');
  const window = await openLibrary(t, { ...place, library: null, desktop: { bus } }, ['--add', place.folder, '--search', 'stands']);
  await window.untilResults('the first start searches', (rows) => rows[0]?.name === 'heron.txt');

  const second = spawn(program('nuthatch-desktop'), ['--search', 'heron', '--add', 'more'], {
    cwd: place.home,
    env: { ...process.env, ...homely(place.home), DBUS_SESSION_BUS_ADDRESS: bus },
    stdio: 'ignore',
  });
  t.after(() => second.kill('SIGKILL'));
  const [code] = await once(second, 'exit');
  assert.equal(code, 0);
  await until('the query is in the box', async () => (await window.value('[data-testid=query]')) === 'heron');
  await window.untilResults('the folder was added', (rows) => rows.length === 2);
});
