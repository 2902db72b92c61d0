/** A portable window keeps everything beside its programs, and nothing in the home folder. */
import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { newPlace, openLibrary, program, UNHURRIED, write } from './driver.mjs';

/** The programs again, in a folder of their own on the same disk, with the folder that makes them portable. */
function stick(t) {
  const built = dirname(program('nuthatch-desktop'));
  const folder = mkdtempSync(join(built, '..', 'nuthatch-stick-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  for (const name of ['nuthatch-desktop', 'nuthatch', 'nuthatch-models', 'libonnxruntime.so', 'libpdfium.so'])
    if (existsSync(join(built, name))) linkSync(join(built, name), join(folder, name));
  symlinkSync(join(built, 'models'), join(folder, 'models'));
  const data = join(folder, 'nuthatch-data');
  write(join(data, 'library'), 'settings.toml', `${UNHURRIED}start_at_login = true\n`);
  return { binary: join(folder, 'nuthatch-desktop'), data };
}

/** Every file below a folder. */
const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('a portable window leaves the home folder empty, and logs no word of what was searched', async (t) => {
  const place = newPlace(t, { 'heron.txt': 'The quabblethorn heron stands still.\n' });
  const { binary, data } = stick(t);
  const empty = join(place.home, 'empty');
  mkdirSync(empty);
  // The driver keeps things in its home as well; the window gets one of its own.
  const places = ['DATA', 'CONFIG', 'CACHE', 'STATE'].map((name) => `XDG_${name}_HOME='${join(empty, name)}'`);
  const script = `#!/bin/sh\nexec env HOME='${empty}' ${places.join(' ')} '${binary}' "$@"\n`;
  const started = join(place.home, 'start');
  writeFileSync(started, script, { mode: 0o755 });
  const window = await openLibrary(t, { ...place, library: null, binary: started }, ['--add', place.folder]);
  await window.untilReady(1);
  await window.search('quabblethorn');
  await window.untilResults('the heron is found', (rows) => rows[0]?.name === 'heron.txt');
  await window.close();
  assert.ok(files(join(data, 'desktop')).length > 0, 'the web view keeps its data there');
  assert.deepEqual(files(empty), []);
  assert.ok(existsSync(join(data, 'library', 'library.db')));
  assert.ok(!files(data).some((path) => path.includes('autostart')));
  const log = readFileSync(join(data, 'library', 'logs', 'nuthatch-desktop.log'), 'utf8');
  assert.match(log, /the library is open/);
  for (const word of ['quabblethorn', 'heron', place.home]) assert.ok(!log.includes(word), log);
});
