/**
 * Questions in the real window: an answer comes with its page, and its mark opens that page.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEYS, openWindow, until } from './driver.mjs';
import { pdf } from './pdf.mjs';

test('a question is answered, and its mark opens the page it rests on', async (t) => {
  const window = await openWindow(t, {
    'lease.pdf': pdf([
      'The tenancy of the flat begins in May.',
      'The deposit is kept in an account of its own.',
      'The notice period for the tenant is three months.',
      'The keys are handed back on the last day.',
    ]),
    'tea.md': '# Green tea\n\nSteep it at eighty degrees for two minutes.\n',
  });
  await window.untilReady(2);
  await window.untilMeaning('tenant');
  await window.search('? How long is the notice period for the tenant');
  await window.press(KEYS.enter);
  await until('it is answered', async () => (await window.text('[data-testid=answer-sentence]')) !== null);
  assert.equal(await window.text('[data-testid=answer-sentence]'), 'The notice period for the tenant is three months.');
  assert.match(await window.text('[data-testid=answer-source]'), /lease\.pdf, page 3/);

  await window.click('[data-testid=answer-mark]');
  await until('the page is shown', async () => (await window.text('[data-testid=preview-text]'))?.includes('notice'));
  assert.match(await window.text('[data-testid=preview]'), /3 of 4/);
  assert.equal((await window.text('[data-testid=preview-text] mark'))?.length > 0, true);
});
