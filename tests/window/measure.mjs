/**
 * Measures the real window on a library: `xvfb-run -a node tests/window/measure.mjs LIBRARY QUERY…`.
 * The queries' words must be in the library: for a key that finds no word, rows by meaning are waited for.
 * Prints milliseconds from a key to painted rows (inside the page: from the input event until
 * the frame with the first rows of the new query has been drawn), from the start to a page that takes keys, the
 * memory of all its processes, and the processor time of ten quiet seconds. Not a test: nothing is asserted.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { newPlace, openLibrary, pause, until } from './driver.mjs';

const [library, ...queries] = process.argv.slice(2);
if (queries.length === 0) throw new Error('name the folder of a library, and queries of words that are in it');
const QUIET_MS = 10_000;

/**
 * In the page: types a query key by key, and tells of each key when its rows came and when they were painted.
 * Rows of an older query are marked as stale from the key on until rows of the new one replace them.
 */
const TYPE = `
  const [query, done] = arguments;
  const box = document.querySelector('[data-testid=query]');
  const times = [];
  const type = (n) => {
    if (n > query.length) return done(times);
    // A blank at the end asks for nothing new.
    if (query[n - 1] === ' ') return type(n + 1);
    const began = performance.now();
    let came = null;
    const isCurrent = () => document.querySelector('#results:not(.stale) [role=option]') !== null;
    const look = () => {
      if (came !== null || !isCurrent()) return;
      came = performance.now();
      observer.disconnect();
      // A frame callback comes before its frame is drawn; a message sent in it is handled behind.
      requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => {
          times.push({ key: query.slice(0, n), came: came - began, painted: performance.now() - began });
          setTimeout(() => type(n + 1), 150);
        };
        drawn.port2.postMessage(null);
      });
    };
    const observer = new MutationObserver(look);
    observer.observe(document.querySelector('main'), { childList: true, subtree: true, attributes: true });
    box.value = query.slice(0, n);
    box.dispatchEvent(new Event('input', { bubbles: true }));
    // A key that finds nothing has no rows to wait for.
    setTimeout(() => { if (came === null) { observer.disconnect(); type(n + 1); } }, 3000);
  };
  type(1);
`;

test('figures of the window', async (t) => {
  const place = { ...newPlace(t, {}), library };
  const began = performance.now();
  const window = await openLibrary(t, place);
  await until('it takes keys', () => window.run("return document.activeElement?.dataset.testid === 'query'"));
  const usable = performance.now() - began;
  await until('the library is open', () => window.run("return !!document.querySelector('[data-testid=ready]')"));

  const times = [];
  for (const query of queries) {
    times.push(...(await window.runAsync(TYPE, query)));
    await pause(500);
  }
  const at = (what, share) => {
    const sorted = times.map((one) => one[what]).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0);
  };
  const before = processes().reduce((sum, one) => sum + one.ticks, 0);
  await pause(QUIET_MS);
  const after = processes();
  const ticks = after.reduce((sum, one) => sum + one.ticks, 0) - before;
  const perSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  console.log(`start to a page that takes keys: ${usable.toFixed(0)} ms, the driver's start included`);
  for (const what of ['came', 'painted']) {
    console.log(`key until rows ${what}: p50 ${at(what, 0.5)} ms, p95 ${at(what, 0.95)} ms, ${times.length} keys`);
  }
  const slowest = [...times].sort((a, b) => b.painted - a.painted).slice(0, 6);
  console.log(`slowest: ${slowest.map((one) => `${one.key} ${one.painted.toFixed(0)}`).join(', ')}`);
  console.log(`idle: ${((1000 * ticks) / perSecond).toFixed(0)} ms of processor time in ${QUIET_MS / 1000} s`);
  for (const one of after) console.log(`${one.name}: ${(one.kb / 1024).toFixed(0)} MiB`);
  const sum = after.reduce((total, one) => total + one.kb, 0);
  console.log(`all processes: ${(sum / 1024).toFixed(0)} MiB (PSS: shared pages counted once)`);
});

/** The window's process and all below it, by what the kernel says of them. */
function processes() {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      const ticks = Number(fields[11]) + Number(fields[12]);
      return [{ pid, parent: fields[1], name, ticks, kb: Number(pss?.[1] ?? 0) }];
    } catch {
      return [];
    }
  });
  const ours = all.filter((one) => one.name.startsWith('nuthatch-deskto') && arguments_(one.pid).includes(library));
  for (const one of ours) ours.push(...all.filter((child) => child.parent === one.pid && !ours.includes(child)));
  return ours;
}

function arguments_(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}
