/** Kinds of documents on the real program: read in the reader's process, shown as what they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEYS, openWindow, until } from './driver.mjs';

const MAIL = [
  'From: Ada <ada@example.org>',
  'To: Bob <bob@example.org>',
  'Subject: The heron bill',
  'Date: Fri, 1 Mar 2024 10:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=x',
  '',
  '--x',
  'Content-Type: text/plain',
  '',
  'The heron is paid.',
  '--x',
  'Content-Type: text/plain; name="receipt.txt"',
  'Content-Disposition: attachment; filename="receipt.txt"',
  '',
  'One bird, paid in Kiel.',
  '--x--',
  '',
].join('\r\n');

test('a note, a table and a mail are shown as what they are', async (t) => {
  const window = await openWindow(t, {
    'pier.md': '# The pier\n\n- a *hammer*\n- <b onclick="alert(1)">nails</b>\n\n[away](https://example.org)\n',
    'ships.csv': 'ship,port\nAurora,Kiel\nKormoran,Bergen\n',
    'bill.eml': MAIL,
  });
  const inside = (selector) => window.run('return document.querySelector(`[data-testid=preview] ${arguments[0]}`)?.textContent ?? null', selector);
  const show = async (query, name) => {
    await window.search(query);
    await window.untilResults(`${name} is found`, (rows) => rows[0]?.name === name && rows[0].marked.length > 0);
    await window.press(KEYS.down);
    await window.press(KEYS.space);
  };
  await until('the box is there', () => window.element('[data-testid=query]'));
  await window.search('type:md');
  await window.untilResults('the note is read', (rows) => rows.length > 0);

  await show('hammer', 'pier.md');
  assert.equal(await until('the item is there', () => inside('.item mark.emphasis')), 'hammer');
  assert.equal(await inside('.heading'), 'The pier');
  const markup = await window.run("return document.querySelectorAll('[data-testid=preview] :is(a, b, img)').length");
  assert.equal(markup, 0, 'nothing of the document is markup');
  await window.press(KEYS.escape);

  await show('kormoran', 'ships.csv');
  assert.equal(await until('the row is lit', () => inside('tr.lit th')), '2');
  assert.equal(await inside('tr.lit mark'), 'Kormoran');
  assert.equal(await inside('thead th:last-child'), 'port');
  await window.press(KEYS.escape);

  await show('heron bill', 'bill.eml');
  await until('the headers are there', async () => (await inside('[data-testid=mail-headers]'))?.includes('ada@example.org'));
  await window.click('[data-testid=inner-file]');
  await until('the attachment is shown', async () => (await inside('[data-testid=preview-text]'))?.includes('paid in Kiel'));
  await window.click('[data-testid=back-to-outer]');
  await until('the mail is back', () => inside('[data-testid=mail-headers]'));
});
