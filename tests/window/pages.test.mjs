/**
 * The pages beside the search on the real program: the library's files, models, connections, and a page
 * of a PDF as it looks.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS, newPlace, openLibrary, openWindow, until, write } from './driver.mjs';
import { pdf } from './pdf.mjs';

const text = (window, id) => window.text(`[data-testid=${id}]`);
const openPage = async (window, name) => {
  await window.click('[data-testid=library-button]');
  await window.click(`[data-testid=tab-${name}]`);
};

test('a page of a PDF is drawn with the passage lit on it', async (t) => {
  const window = await openWindow(t, { 'lease.pdf': pdf(['nothing of note', 'The heron stands still.']) });
  await window.untilReady(1);
  await window.search('heron');
  await window.untilResults('the page is found', (rows) => rows[0]?.page === 2);
  await window.click('[data-testid=result]');
  await until('the preview is there', () => text(window, 'preview-text'));
  await window.click('[data-testid=mode-page]');
  // The light lies on ink, and what is above it is paper.
  const [lit, above] = await until('the page is drawn', () =>
    window.run(`
      const page = document.querySelector('[data-testid=page-picture]');
      const light = page?.querySelector('.lit');
      if (!light) return null;
      const canvas = page.querySelector('canvas');
      const share = (side) => parseFloat(light.style[side]) / 100;
      const darkest = (top, height) => Math.min(...canvas.getContext('2d').getImageData(
        share('left') * canvas.width, top * canvas.height,
        share('width') * canvas.width, Math.max(1, height * canvas.height)).data.filter((_, at) => at % 4 === 0));
      return [darkest(share('top'), share('height')), darkest(0, share('top') - 0.002)];
    `),
  );
  assert.ok(lit < 80 && above > 240, `${lit} under the light, ${above} above it`);
});

test('a file that could not be read is listed with its reason, forgotten, and let in again', async (t) => {
  const window = await openWindow(t, { 'fine.txt': 'A fine word.\n', 'broken.pdf': 'not a PDF at all' });
  await until('the box is there', () => window.element('[data-testid=query]'));
  // What is read later comes to the rows by itself.
  await window.search('fine');
  await window.untilResults('one is read and one is not', (rows) => rows.length > 0);
  await window.click('[data-testid=library-button]');
  await until('the failure is counted', () => window.run("return !!document.querySelector('[data-testid=list-failed]')"));
  await window.click('[data-testid=list-failed]');
  const listed = await until('it is listed', () => text(window, 'listed-file'));
  assert.match(listed, /broken\.pdf/);
  await window.click('[data-testid=forget-file]');
  await window.click('[data-testid=confirm-forget]');
  await until('it is gone', async () => (await text(window, 'listed-file')) === null);
  await window.click('[data-testid=back-to-contents]');
  await until('it is left out', async () => (await text(window, 'left-out'))?.includes('broken.pdf'));
  await window.click('[data-testid=let-in]');
  await until('it is let in', async () => (await text(window, 'left-out')) === null);
});

test('a search that led somewhere is remembered, and a result is noted as the answer', async (t) => {
  const window = await openWindow(t, { 'heron.txt': 'The heron stands still.\n' });
  await window.untilReady(1);
  await window.search('heron');
  await window.untilResults('it is found', (rows) => rows.length === 1);
  await window.click('[data-testid=result]');
  await until('the preview is there', () => text(window, 'preview-text'));
  await window.click('[data-testid=this-was-it]');
  await until('it is noted', async () => (await text(window, 'this-was-it'))?.includes('Noted'));
  await window.click('[data-testid=save-search]');
  await window.run("document.querySelector('[data-testid=query]').focus()");
  await window.search('\uE003');
  const earlier = await until('both are offered', async () => {
    const shown = await text(window, 'earlier-searches');
    return shown?.includes('Saved searches') && shown.includes('Earlier searches') ? shown : null;
  });
  assert.equal(earlier.match(/heron/g).length, 2);

  await openPage(window, 'settings');
  await window.click('[data-testid=switch-keep_history]');
  await until('the setting is written', () =>
    readFileSync(join(window.home, 'library/settings.toml'), 'utf8').includes('keep_history = false'));
  await window.click('[data-testid=close-pages]');
  await window.search('stands');
  await window.untilResults('it is found again', (rows) => rows.length === 1);
  await window.press(KEYS.enter);
  await until('the file was opened', () => window.opened().length > 0);
  await window.search('\uE003');
  await until('the start is shown', () => text(window, 'earlier-searches'));
  assert.doesNotMatch(await text(window, 'earlier-searches'), /stands/);
});

test('with no reranker installed the models page says so; a request is shown, and forbidden on wish', async (t) => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const place = newPlace(t, { 'heron.txt': 'The heron stands still.\n' });
  const url = `http://127.0.0.1:${server.address().port}`;
  const window = await openLibrary(t, place, ['--add', place.folder, '--url', url]);
  await openPage(window, 'connections');
  await until('not one request was made', () => text(window, 'no-connections'));

  await window.click('[data-testid=tab-models]');
  const get = () => window.run(
    `const model = [...document.querySelectorAll('[data-testid=model]')]
       .find((one) => one.querySelector('[data-testid=get-model]:not(:disabled)'));
     model?.querySelector('[data-testid=get-model]').click();
     return model?.dataset.id ?? null`,
  );
  const id = await until('a model can be got', get);
  const failure = () => window.run(
    'return document.querySelector(`[data-id="${arguments[0]}"] [role=alert]`)?.textContent ?? null', id);
  assert.match(await until('the failure is said', failure), /404/);
  assert.ok(asked.length > 0);
  await window.click('[data-testid=tab-connections]');
  const made = await until('the request is shown', () => text(window, 'connections'));
  assert.match(made, new RegExp(`${asked[0].replace(/[^\w/]/g, '.')}.*404`, 's'));

  await window.click('[data-testid=switch-never_connect]');
  await until('the setting is written', () =>
    readFileSync(join(place.library, 'settings.toml'), 'utf8').includes('never_connect = true'));
  const nAsked = asked.length;
  await window.click('[data-testid=tab-models]');
  await until('it is said', () => text(window, 'not-connecting'));
  assert.equal(await get(), null, 'nothing is offered');
  // Whatever a page may ask for all the same.
  const refused = await window.runAsync(
    `const done = arguments[arguments.length - 1];
     const wish = { id: arguments[0], acceptsLicence: true, onProgress: '__CHANNEL__:1' };
     window.__TAURI_INTERNALS__.invoke('get_model', wish).then(() => done(null), (error) => done(error.message));`,
    id,
  );
  assert.match(refused, /never to connect/);
  assert.equal(asked.length, nAsked);
});

test('the first run leads to the first result', async (t) => {
  const place = newPlace(t, {});
  write(join(place.home, 'Documents'), 'heron.txt', 'The heron stands still.\n');
  const window = await openLibrary(t, place, []);
  await until('the documents are suggested', () =>
    window.run("return document.querySelector('[data-testid=suggested]')?.checked"));
  await window.click('[data-testid=start]');
  await window.untilReady(1);
  await window.search('heron');
  await window.untilResults('it is found', (rows) => rows.length === 1);
});
