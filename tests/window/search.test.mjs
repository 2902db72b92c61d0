/**
 * What a user does in the real window: search, read, follow changes, use the keyboard, type fast.
 * Each test has its own library and documents. Waits are long and end at once when what they wait
 * for is there; nothing is asserted about time.
 */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS, openWindow, pause, until, write } from './driver.mjs';
import { pdf } from './pdf.mjs';

const LEASE = [
  'The tenancy of the flat begins in May.',
  'The deposit is kept in an account of its own.',
  'The notice period for the tenant is three months.',
  'The keys are handed back on the last day.',
];

const first = (name) => (rows) => rows[0]?.name === name;

test('a passage is found and read on its page', async (t) => {
  const window = await openWindow(t, {
    'lease.pdf': pdf(LEASE),
    'tea.md': '# Green tea\n\nSteep it at eighty degrees for two minutes.\n',
    'notes/birds.txt': 'A nuthatch goes down the trunk head first.\n',
  });
  await window.untilReady(3);
  await window.search('notice period');
  const [lease] = await window.untilResults('the lease comes first', (rows) => rows[0]?.page === 3);
  assert.equal(lease.name, 'lease.pdf');
  assert.deepEqual(lease.marked, ['notice', 'period']);

  await window.click('[data-testid=result]');
  await until('the page is shown', async () => (await window.text('[data-testid=preview-text]'))?.includes('notice'));
  assert.equal((await window.text('[data-testid=preview-text]')).trim(), LEASE[2]);
  assert.equal((await window.text('[data-testid=preview-text] .lit'))?.length > 0, true);
  assert.match(await window.text('[data-testid=preview]'), /3 of 4/);

  await window.click('[data-testid=preview] button[aria-label="Next page"]');
  await until('the next page is shown', async () =>
    (await window.text('[data-testid=preview-text]'))?.includes(LEASE[3]),
  );

  await window.search('nuthatch');
  await window.untilResults('the bird comes first', first('notes/birds.txt'));
});

test('text in a picture is found, and said to be scanned', async (t) => {
  const receipt = readFileSync(new URL('../corpus/seeds/receipt.png', import.meta.url));
  const window = await openWindow(t, { 'receipt.png': receipt, 'note.txt': 'Nothing about it.\n' });
  await window.untilReady(2);
  await window.search('brass keys');
  await window.untilResults('the receipt is found', first('receipt.png'));
  assert.match(await window.text('[data-testid=result]'), /page 1.*scanned/s);
});

test('results follow the files', async (t) => {
  const window = await openWindow(t, {
    'apricot.txt': 'Apricots ripen in July.\n',
    'bellflower.txt': 'The bellflower stands in the shade.\n',
    'cormorant.txt': 'A cormorant dries its wings.\n',
  });
  await window.untilReady(3);

  await window.search('cormorant');
  await window.untilResults('the cormorant is found', first('cormorant.txt'));
  rmSync(join(window.folder, 'cormorant.txt'));
  await window.untilResults('it is gone', (rows) => rows.every((row) => row.name !== 'cormorant.txt'));

  await window.search('zucchini');
  await window.untilResults('nothing holds the word', (rows) => rows.every((row) => row.marked.length === 0));
  write(window.folder, 'apricot.txt', 'Now it speaks of a zucchini.\n');
  const edited = await window.untilResults('the edit is found', (rows) =>
    rows.some((row) => row.marked.includes('zucchini')),
  );
  assert.equal(edited.find((row) => row.marked.length > 0)?.name, 'apricot.txt');

  await window.search('bellflower');
  await window.untilResults('the flower is found', first('bellflower.txt'));
  renameSync(join(window.folder, 'bellflower.txt'), join(window.folder, 'campanula.txt'));
  await window.untilResults(
    'it has its new name',
    (rows) => rows[0]?.name === 'campanula.txt' && rows.every((row) => row.name !== 'bellflower.txt'),
  );

  write(window.folder, 'new/dipper.txt', 'The dipper walks below the brook, unlike a bellflower.\n');
  await window.untilResults('the new file is found', (rows) => rows.some((row) => row.name === 'new/dipper.txt'));
});

test('the keyboard is enough', async (t) => {
  const window = await openWindow(t, {
    'one.txt': 'The heron stands still.\n',
    'two.txt': 'Another heron flies over the pond and lands beside the first one.\n',
  });
  await window.untilReady(2);
  await window.search('heron');
  const found = await window.untilResults('both are found', (rows) => rows.length === 2);
  // A later stage may still order them anew; from here on the chosen row stays where it is.
  await window.press(KEYS.down);
  const chosen = () => window.untilResults('a row is chosen', (rows) => rows.some((row) => row.chosen));
  assert.equal((await chosen()).findIndex((row) => row.chosen), 0);
  await window.press(KEYS.down);
  await window.untilResults('the second is chosen', (rows) => rows[1]?.chosen);
  await window.press(KEYS.up);
  await window.untilResults('the first is chosen again', (rows) => rows[0]?.chosen);

  await window.press(KEYS.control, KEYS.space);
  const text = await until('the preview is open', () => window.text('[data-testid=preview-text]'));
  assert.match(text, /heron/);
  await window.press(KEYS.down);
  await until('the preview follows the choice', async () => {
    const shown = await window.text('[data-testid=preview-text]');
    return shown !== null && shown !== text && shown.includes('heron');
  });
  assert.equal(found.length, 2);

  await window.press(KEYS.escape);
  await until('the preview is closed', async () => (await window.text('[data-testid=preview]')) === null);
  assert.equal(await window.value('[data-testid=query]'), 'heron');

  // The chosen file is gone, so Enter opens nothing, and says so.
  rmSync(join(window.folder, 'one.txt'));
  rmSync(join(window.folder, 'two.txt'));
  await window.press(KEYS.enter);
  await until('the window says why, or knows already', async () => {
    const alert = await window.text('[role=alert]');
    return alert?.includes('no longer') || (await window.names()).length === 0;
  });

  await window.press(KEYS.escape);
  await until('the box is empty', async () => (await window.value('[data-testid=query]')) === '');
});

test('a file is handed to the system, and what the system refuses is said', async (t) => {
  const window = await openWindow(t, { "a heron's nest & more.txt": 'The heron stands still.\n' });
  await window.untilReady(1);
  await window.search('heron');
  const [row] = await window.untilResults('it is found', (rows) => rows.length === 1);
  await window.press(KEYS.down);
  await window.press(KEYS.enter);
  const path = join(window.folder, row.name);
  await until('the file is opened', () => window.opened().length > 0);
  assert.deepEqual(window.opened(), [path]);
  assert.equal(await window.text('[role=alert]'), null);

  // There is no session bus in a test, thus no file manager to ask.
  await window.press(KEYS.control, KEYS.enter);
  const alert = await until('the refusal is shown', () => window.text('[role=alert]'));
  assert.ok(alert.includes(path), alert);
});

test('fast typing ends with the results of what was typed last', async (t) => {
  const birds = ['avocet', 'bittern', 'chiffchaff', 'dunnock', 'egret', 'fulmar', 'goldcrest', 'hoopoe'];
  const documents = birds.map((bird) => [`${bird}.txt`, `The ${bird} was seen here in spring.\n`]);
  const window = await openWindow(t, Object.fromEntries(documents));
  await window.untilReady(birds.length);
  // Typed in the page itself, faster than any driver: each step is a query of its own.
  await window.run(
    `const box = document.querySelector('[data-testid=query]');
     const steps = arguments[0].flatMap((word) => [...word].map((_, i) => word.slice(0, i + 1)));
     let at = 0;
     const type = () => {
       box.value = steps[at];
       box.dispatchEvent(new Event('input', { bubbles: true }));
       at += 1;
       if (at < steps.length) setTimeout(type, 10 + (at * 37) % 60);
       else window.typedAll = true;
     };
     type();`,
    birds,
  );
  await until('everything is typed', () => window.run('return window.typedAll === true'));
  const isLast = (rows) => rows[0]?.name === 'hoopoe.txt' && rows[0].marked.includes('hoopoe');
  await window.untilResults('the last query is answered', isLast);
  // Answers to older queries would come now.
  await pause(2_000);
  const results = await window.results();
  assert.ok(isLast(results), JSON.stringify(results));
  assert.equal(await window.value('[data-testid=query]'), 'hoopoe');
});
