/**
 * Drives the real window through WebDriver, with Node alone.
 * Owns one driver process, one window and their end: whatever happens, both are stopped and their
 * folders deleted. Knows nothing of what is tested. Start reading at `openWindow`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Far above what anything takes, so that only what never comes fails. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;
/** How WebDriver names an element in its answers. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Settings with which a busy machine that runs tests does not hold background work up. */
export const UNHURRIED = 'background_priority = "normal"\npause_above_load_percent = 0\n';

/** The record of what was opened, in a test's home. */
const OPENED = 'opened';

/** How WebDriver names keys that write nothing. */
export const KEYS = {
  enter: '\uE007',
  control: '\uE009',
  escape: '\uE00C',
  space: ' ',
  up: '\uE013',
  down: '\uE015',
  right: '\uE014',
  tab: '\uE004',
  shift: '\uE008',
};

/** Writes documents into a fresh folder and opens a window on them, with a library of its own. */
export async function openWindow(t, documents) {
  const place = newPlace(t, documents);
  return openLibrary(t, place, ['--add', place.folder]);
}

/** What is to be closed at the end of a test, before its place is deleted; the last first. */
const opened = new WeakMap();
function closers(t) {
  if (!opened.has(t)) opened.set(t, []);
  return opened.get(t);
}

/**
 * Makes a place for a library, and a folder with documents.
 * @param t the test: both are deleted at its end
 * @param {Record<string, string | Buffer>} documents contents by name
 */
export function newPlace(t, documents) {
  const home = mkdtempSync(join(tmpdir(), 'nuthatch-window-'));
  t.after(async () => {
    // The window writes into the place until it is closed.
    for (const close of closers(t).reverse()) await close();
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  });
  const folder = join(home, 'documents');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(documents)) write(folder, name, content);
  const library = join(home, 'library');
  write(library, 'settings.toml', UNHURRIED);
  return { home, folder, library };
}

/**
 * Opens a window on a library that may be there already; without one on the usual library of a home.
 * @param desktop the addresses of a message bus, where windows are to find one another, and of a display
 * @param binary another copy of the program
 */
export async function openLibrary(t, { home, folder, library, desktop, binary = program('nuthatch-desktop') }, more = []) {
  const base = await startDriver(t, home, desktop);
  const args = [...(library ? ['--library', library] : []), ...more];
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args } } };
  const { sessionId } = await ask(base, 'POST', '/session', { capabilities });
  const window = new Window(`${base}/session/${sessionId}`, folder, home);
  closers(t).push(() => window.close());
  return window;
}

export function write(folder, name, content) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Asks again and again until the answer is not false; a failure tells what was seen last. */
export async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  let last;
  while (Date.now() < end) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await pause(POLL_MS);
  }
  throw new Error(`waited in vain until ${what}; last: ${last}`);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Window {
  constructor(session, folder, home) {
    this.session = session;
    /** The folder that is searched. */
    this.folder = folder;
    this.home = home;
  }

  /** What the window asked the system to open, in order. */
  opened() {
    const record = join(this.home, OPENED);
    return existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
  }

  close() {
    return ask(this.session, 'DELETE', '').catch(() => {});
  }

  /** Runs the body of a function in the page. */
  run(script, ...args) {
    return ask(this.session, 'POST', '/execute/sync', { script, args });
  }

  /** The same for a body that calls its last argument when it is done. */
  runAsync(script, ...args) {
    return ask(this.session, 'POST', '/execute/async', { script, args });
  }

  async element(selector) {
    const value = { using: 'css selector', value: selector };
    const found = await ask(this.session, 'POST', '/element', value);
    return found[ELEMENT];
  }

  /** Waits for the element: what leads to it may not have been drawn yet. */
  async click(selector) {
    const element = await until(`${selector} is there`, () => this.element(selector));
    await ask(this.session, 'POST', `/element/${element}/click`, {});
  }

  /** Replaces what stands in the search box, key by key. */
  async search(query) {
    await this.press(KEYS.control, 'k');
    const box = await this.element('[data-testid=query]');
    await ask(this.session, 'POST', `/element/${box}/value`, { text: query });
  }

  /** Replaces what stands in a field, key by key. */
  async type(selector, text) {
    const field = await until(`${selector} is there`, () => this.element(selector));
    await ask(this.session, 'POST', `/element/${field}/clear`, {});
    await ask(this.session, 'POST', `/element/${field}/value`, { text });
  }

  /** The window that is driven, and all there are. */
  handle() {
    return ask(this.session, 'GET', '/window');
  }

  handles() {
    return ask(this.session, 'GET', '/window/handles');
  }

  switchTo(handle) {
    return ask(this.session, 'POST', '/window', { handle });
  }

  /** Presses keys together, in the given order. */
  async press(...keys) {
    const down = keys.map((value) => ({ type: 'keyDown', value }));
    const up = keys.toReversed().map((value) => ({ type: 'keyUp', value }));
    const actions = [{ type: 'key', id: 'keyboard', actions: [...down, ...up] }];
    await ask(this.session, 'POST', '/actions', { actions });
  }

  text(selector) {
    return this.run('return document.querySelector(arguments[0])?.textContent ?? null', selector);
  }

  value(selector) {
    return this.run('return document.querySelector(arguments[0])?.value ?? null', selector);
  }

  /** The rows on screen: path below the folder, page, what is marked, whether it is chosen. */
  results() {
    return this.run(
      `return [...document.querySelectorAll('#results:not(.stale) [data-testid=result]')].map((row) => ({
         name: row.dataset.path.replace(arguments[0] + '/', ''),
         page: row.dataset.page === undefined ? null : Number(row.dataset.page),
         marked: [...row.querySelectorAll('mark')].map((mark) => mark.textContent),
         chosen: row.getAttribute('aria-selected') === 'true',
       }))`,
      this.folder,
    );
  }

  async names() {
    return (await this.results()).map((row) => row.name);
  }

  /** Waits until the results answer a question. */
  untilResults(what, holds) {
    return until(what, async () => {
      const results = await this.results();
      if (holds(results)) return results;
      throw new Error(`${JSON.stringify(results)} for ${await this.value('[data-testid=query]')}`);
    });
  }

  /**
   * Waits until a query is answered by meaning, too: what was read a moment ago is still to be embedded, and
   * that waits while somebody types.
   */
  async untilMeaning(query) {
    await this.search(query);
    const stage = 'return document.querySelector("[data-testid=stages]")?.dataset.stage === "hybrid"';
    await until(`${query} is found by meaning`, () => this.run(stage));
  }

  /** Waits until every file was read. */
  untilReady(nFiles) {
    return until(`${nFiles} files are ready`, async () => {
      const shown = await this.text('main');
      if (shown?.includes(`${nFiles} file`) && !shown.includes('waiting')) return true;
      throw new Error(shown);
    });
  }
}

/** One of the built programs. */
export function program(name) {
  const programs = process.env.NUTHATCH_BIN_DIR ?? join(import.meta.dirname, '../../target/debug');
  const path = join(programs, name);
  if (!existsSync(path)) throw new Error(`there is no ${path}: build it, or set NUTHATCH_BIN_DIR`);
  return path;
}

/** A message bus of the test's own. */
export async function startBus(t) {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => daemon.kill('SIGKILL'));
  const [line] = await once(daemon.stdout, 'data');
  return String(line).trim();
}

/** Starts the driver as the head of its own process group, so that all of it can be ended. */
async function startDriver(t, home, { bus = 'unix:path=/nowhere', display = process.env.DISPLAY } = {}) {
  if (!display && !process.env.WAYLAND_DISPLAY) {
    throw new Error('there is no display: run it under xvfb-run');
  }
  const port = await freePort();
  const path = `${standIn(home)}:${process.env.PATH}`;
  const driver = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      TAURI_WEBVIEW_AUTOMATION: 'true',
      // A dialog keeps its size there, and would look for the user's.
      GSETTINGS_BACKEND: 'memory',
      // The page's own data must not meet the user's, nor a test the user's programs.
      ...homely(home),
      PATH: path,
      DBUS_SESSION_BUS_ADDRESS: bus,
      ...(display && { DISPLAY: display }),
    },
  });
  const stop = () => endGroup(driver.pid);
  process.once('exit', stop);
  closers(t).push(() => {
    stop();
    process.removeListener('exit', stop);
  });
  let failure = null;
  driver.once('error', (error) => (failure = error));
  const base = `http://127.0.0.1:${port}`;
  await until('WebKitWebDriver listens', async () => {
    if (failure) return true;
    return (await ask(base, 'GET', '/status')).ready;
  });
  if (failure) throw new Error(`WebKitWebDriver cannot be started: ${failure.message}`);
  return base;
}

/** The variables that make a folder a user's home. */
export const homely = (home) => ({
  HOME: home,
  XDG_DATA_HOME: join(home, 'data'),
  XDG_CONFIG_HOME: join(home, 'config'),
});

/** A folder with an `xdg-open` that opens nothing and writes down what it was asked for. */
function standIn(home) {
  const programs = join(home, 'programs');
  mkdirSync(programs, { recursive: true });
  const script = `#!/bin/sh\nprintf '%s\\n' "$1" >> '${join(home, OPENED)}'\n`;
  writeFileSync(join(programs, 'xdg-open'), script, { mode: 0o755 });
  return programs;
}

function endGroup(leader) {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function ask(base, method, path, body) {
  const response = await fetch(base + path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { value } = await response.json();
  if (response.ok) return value;
  throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
}
