/** The program as a part of the desktop: the launcher, links, the start with the desktop, closing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { homely, KEYS, newPlace, openLibrary, openWindow, program, startBus, UNHURRIED, until, write } from './driver.mjs';

/** A window on the usual library of a home, which other starts find. */
async function openUsual(t, documents, more = []) {
  const place = newPlace(t, documents);
  write(join(place.home, '.local/share/nuthatch'), 'settings.toml', UNHURRIED);
  const bus = await startBus(t);
  const window = await openLibrary(t, { ...place, library: null, desktop: { bus } }, ['--add', place.folder, ...more]);
  /** Starts the program once more, and waits until that has handed over what it asks. */
  const again = async (...args) => {
    const second = spawn(program('nuthatch-desktop'), args, {
      cwd: place.home,
      env: { ...process.env, ...homely(place.home), DBUS_SESSION_BUS_ADDRESS: bus },
      stdio: 'ignore',
    });
    t.after(() => second.kill('SIGKILL'));
    const [code] = await once(second, 'exit');
    assert.equal(code, 0);
  };
  return { window, again };
}

test('a second start with --toggle brings the launcher up, and Enter opens what was found there', async (t) => {
  const { window, again } = await openUsual(t, { 'heron.txt': 'The heron stands still.\n' });
  await window.untilReady(1);
  await again('--toggle');
  const main = await window.handle();
  const launcher = await until('there is a second window', async () =>
    (await window.handles()).find((one) => one !== main),
  );
  await window.switchTo(launcher);
  await until('its box is there', () => window.element('[data-testid=launcher] [data-testid=query]'));
  await window.type('[data-testid=query]', 'heron');
  await window.untilResults('it finds the file', (rows) => rows[0]?.name === 'heron.txt');
  await window.press(KEYS.enter);
  await until('the file was opened', () => window.opened().some((path) => path.endsWith('heron.txt')));
  await until('it went away', () => window.run('return document.hidden'));

  // The main window goes on searching as before: each window counts its own searches.
  await window.switchTo(main);
  await window.search('stands');
  await window.untilResults('the main window finds it, too', (rows) => rows[0]?.name === 'heron.txt');
});

test('the launcher may ask for what it needs, and for nothing else', async (t) => {
  const { window, again } = await openUsual(t, { 'heron.txt': 'The heron stands still.\n' });
  await window.untilReady(1);
  await again('--toggle');
  const main = await window.handle();
  const launcher = await until('there is a second window', async () =>
    (await window.handles()).find((one) => one !== main),
  );
  await window.switchTo(launcher);
  const refused = await window.runAsync(
    `const done = arguments[arguments.length - 1];
     Promise.allSettled(['status', 'settings', 'remove_folder', 'forget_file', 'get_model']
       .map((command) => window.__TAURI_INTERNALS__.invoke(command, { path: '/', fileId: 1, id: 'x' })))
       .then((asked) => done(asked.map((one) => one.status)));`,
  );
  assert.deepEqual(refused, Array(5).fill('rejected'));
});

test('a link searches in the window that is there', async (t) => {
  const { window, again } = await openUsual(t, { 'heron.txt': 'The heron stands still.\n' });
  await window.untilReady(1);
  await again('nuthatch://search?q=stands%20still');
  await until('the query is in the box', async () => (await window.value('[data-testid=query]')) === 'stands still');
});

test('the program starts with the desktop if it is told to, and not any more if it is told not to', async (t) => {
  const window = await openWindow(t, { 'heron.txt': 'The heron stands still.\n' });
  await window.untilReady(1);
  await window.click('[data-testid=library-button]');
  await window.click('[data-testid=tab-settings]');
  await window.click('[data-testid=switch-start_at_login]');
  const entry = join(window.home, 'config/autostart/nuthatch.desktop');
  await until('there is an entry', () => existsSync(entry));
  const written = readFileSync(entry, 'utf8');
  assert.match(written, /^Exec="[^"]*nuthatch-desktop" --hidden --library "[^"]*library"$/m);
  await window.click('[data-testid=switch-start_at_login]');
  await until('it is gone', () => !existsSync(entry));
});

test('a key that would be typed is refused with an example, and the settings stay as they were', async (t) => {
  const window = await openWindow(t, { 'heron.txt': 'The heron stands still.\n' });
  await window.untilReady(1);
  await window.click('[data-testid=library-button]');
  await window.click('[data-testid=tab-settings]');
  await window.type('[data-testid=setting-shortcut]', 'K' + KEYS.enter);
  await until('it says why', async () => (await window.text('[role=alert]'))?.includes('Ctrl+Alt+Space'));
  const settings = readFileSync(join(window.home, 'library/settings.toml'), 'utf8');
  assert.doesNotMatch(settings, /shortcut/);
});
