/** Closing to the tray, what the tray's icon does, and the one notification, on a desktop of the test's own. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDisplay } from './display.mjs';
import { newPlace, openLibrary, startBus, UNHURRIED, until, write } from './driver.mjs';
import { startNotifications, startTray } from './fakes.mjs';

const CLOSES_TO_TRAY = 'close_to_tray = true\n';
const HERON = { 'heron.txt': 'The heron stands still.\n' };

/** A window on a display and a bus of the test's own; `tray` stands in for a desktop's, where there is one. */
async function openOnDesktop(t, { documents = HERON, settings = '', hasTray = true, isPaused = false } = {}) {
  const bus = await startBus(t);
  const display = await startDisplay(t);
  const tray = hasTray ? await startTray(t, bus) : null;
  const notifications = await startNotifications(t, bus);
  const place = newPlace(t, documents);
  write(place.library, 'settings.toml', UNHURRIED + settings);
  if (isPaused) write(place.library, 'paused', 'until_resumed');
  const window = await openLibrary(t, { ...place, desktop: { bus, display: display.name } }, ['--add', place.folder]);
  if (!isPaused) await window.untilReady(Object.keys(documents).length);
  const main = async () => (await display.windows('Nuthatch'))[0];
  const isSeen = async () => (await main())?.isSeen ?? false;
  /** Clicks the cross that this display has no window manager to draw. */
  const close = async () => display.close((await main()).window);
  const untilItEnds = () => until('the program has ended', async () => (await main()) === undefined);
  return { window, tray, notifications, isSeen, close, untilItEnds };
}

test('a window that is closed to the tray is brought back by the tray’s menu and by a click on the icon', async (t) => {
  const { window, tray, isSeen, close } = await openOnDesktop(t, { settings: CLOSES_TO_TRAY });
  await tray.icon();
  await close();
  await until('the window is away', async () => !(await isSeen()));
  assert.equal(await window.run('return document.hidden'), true);
  await tray.choose('Open Nuthatch');
  await until('the menu brought it back', isSeen);
  await close();
  await until('the window is away again', async () => !(await isSeen()));
  await tray.click();
  await until('the click brought it back', isSeen);
});

test('the tray’s menu ends the program, whatever its window does', async (t) => {
  const { tray, isSeen, close, untilItEnds } = await openOnDesktop(t, { settings: CLOSES_TO_TRAY });
  await tray.icon();
  await close();
  await until('the window is away', async () => !(await isSeen()));
  await tray.choose('Quit');
  await untilItEnds();
});

test('closing ends the program where the user has not chosen otherwise', async (t) => {
  const { tray, close, untilItEnds } = await openOnDesktop(t);
  await tray.icon();
  await close();
  await untilItEnds();
});

test('on a desktop without a tray closing ends the program, and the setting says so', async (t) => {
  const { window, close, untilItEnds } = await openOnDesktop(t, { settings: CLOSES_TO_TRAY, hasTray: false });
  await window.click('[data-testid=library-button]');
  await window.click('[data-testid=tab-settings]');
  await until('it says so', async () => (await window.text('#note-close_to_tray'))?.includes('has no tray'));
  await close();
  await untilItEnds();
});

test('a window in the tray is not lost when the tray goes, and finds the tray that comes back', async (t) => {
  const { window, tray, isSeen, close, untilItEnds } = await openOnDesktop(t, { settings: CLOSES_TO_TRAY });
  await tray.icon();
  await close();
  await until('the window is away', async () => !(await isSeen()));
  await tray.goAway();
  await until('the window can be reached', isSeen);
  await tray.comeBack();
  await tray.icon();
  await close();
  await until('it is in the tray again', async () => !(await isSeen()));
  await tray.choose('Open Nuthatch');
  await until('the menu brought it back', isSeen);
  await tray.goAway();
  await until('the icon is known to be gone', async () => {
    const ask = `const done = arguments[arguments.length - 1];
      window.__TAURI_INTERNALS__.invoke('settings').then((settings) => done(settings.lacks_tray));`;
    return window.runAsync(ask);
  });
  await close();
  await untilItEnds();
});

test('reading is paused and resumed from the tray', async (t) => {
  const { window, tray } = await openOnDesktop(t);
  assert.deepEqual(await tray.words(), [
    'Open Nuthatch', 'Search…', 'Pause indexing', 'For an hour', 'Until tomorrow morning', 'Until I resume it', 'Resume', 'Quit',
  ]);
  const pause = join(window.home, 'library/paused');
  await tray.choose('Until I resume it');
  await until('it is paused', async () => (await window.text('body'))?.includes('Paused by you'));
  await tray.choose('Resume');
  await until('it goes on', async () => !(await window.text('body'))?.includes('Paused by you'));
  assert.equal(existsSync(pause), false);
});

/** As many as make a reading a large one; copies, so that it is not a long one. */
const MANY = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`note-${at}.txt`, `The ${at % 5}th note.\n`]));
const FEW = Object.fromEntries(Object.entries(MANY).slice(0, 50));
const NOTIFIES = 'notify_when_read = true\n';

/** Reads the documents, from the first one on in the tray or before the user's eyes. */
async function readThem(t, { documents, settings, inTray }) {
  const desktop = await openOnDesktop(t, { documents, settings: CLOSES_TO_TRAY + settings, isPaused: true });
  const { window, tray, isSeen, close } = desktop;
  await tray.icon();
  if (inTray) {
    await close();
    await until('the window is away', async () => !(await isSeen()));
  }
  await tray.choose('Resume');
  await window.untilReady(Object.keys(documents).length);
  return desktop;
}

test('the end of a large reading is told once to who has put the window away, and nothing of a file with it', async (t) => {
  const { window, notifications, isSeen } = await readThem(t, { documents: MANY, settings: NOTIFIES, inTray: true });
  await until('it is told', () => notifications.length > 0);
  write(window.folder, 'one-more.txt', 'One more note.\n');
  await window.untilReady(501);
  assert.equal(await isSeen(), false);
  assert.deepEqual(notifications, [
    { program: 'Nuthatch', title: 'Your files are read', text: 'All of them can be searched by word now; meanings follow.' },
  ]);
});

for (const [why, reading] of [
  ['the user has not asked for it', { documents: MANY, settings: '', inTray: true }],
  ['the window is before his eyes', { documents: MANY, settings: NOTIFIES, inTray: false }],
  ['the reading was a small one', { documents: FEW, settings: NOTIFIES, inTray: true }],
]) {
  test(`nothing is told where ${why}`, async (t) => {
    const { window, notifications } = await readThem(t, reading);
    // Whatever follows the last file has been done once another one was read.
    write(window.folder, 'one-more.txt', 'One more note.\n');
    await window.untilReady(Object.keys(reading.documents).length + 1);
    assert.deepEqual(notifications, []);
  });
}
