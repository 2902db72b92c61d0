/** Each kind of document is shown as what it is, and nothing in it is ever more than text. */
import { expect, test } from './page';

async function preview(nuthatch: import('./page').NuthatchPage, query: string, file: string) {
  await nuthatch.open('kinds');
  await nuthatch.searchFor(query);
  await nuthatch.page.locator(`[data-testid=result][data-path$="${file}"]`).click();
  await expect(nuthatch.page.getByRole('heading', { name: file, exact: false }).first()).toBeVisible();
  return nuthatch.page.getByTestId('preview');
}

test('a note has headings, items and a table, and what was found stays marked in them', async ({ nuthatch }) => {
  const pane = await preview(nuthatch, 'harbour', 'harbour walk.md');
  await expect(pane.getByRole('heading', { name: 'What to bring' })).toBeVisible();
  await expect(pane.locator('.item')).toHaveCount(4);
  await expect(pane.locator('.item mark.emphasis')).toHaveText('harbour');
  await expect(pane.getByRole('cell', { name: 'Harbour light' }).locator('mark')).toHaveText('Harbour');
  // Links lead nowhere.
  await expect(pane.locator('a')).toHaveCount(0);
});

test('a mail tells who wrote it, and what hangs on it is shown and left again with keys', async ({ nuthatch }) => {
  const pane = await preview(nuthatch, 'harbour', 'berth.eml');
  await expect(pane.getByTestId('mail-headers')).toContainText('office@harbour.example');
  await nuthatch.tabTo('inner-file');
  await nuthatch.press('Enter');
  await expect(pane.getByRole('columnheader', { name: 'ship' })).toBeVisible();
  await nuthatch.tabTo('back-to-outer', 'Shift+Tab');
  await nuthatch.press('Enter');
  await expect(pane.getByTestId('mail-headers')).toBeVisible();
});

test('the row that was found is lit in its table, beside its number', async ({ nuthatch }) => {
  const pane = await preview(nuthatch, 'kormoran', 'berths 2025.xlsx');
  const row = pane.locator('tr.lit');
  await expect(row).toHaveCount(1);
  await expect(row.getByRole('rowheader')).toHaveText('6');
  await expect(row.locator('mark')).toHaveText('Kormoran');
});

test('a scanned picture is shown beside its text', async ({ nuthatch }) => {
  const pane = await preview(nuthatch, 'harbour', 'receipt harbour.png');
  await expect(pane.getByTestId('page-picture')).toBeVisible();
  await expect(pane.getByTestId('preview-text')).toContainText('Paid in cash');
});

test('lines of code have the numbers that they have in the file', async ({ nuthatch }) => {
  const pane = await preview(nuthatch, 'constituent', 'harmonics.rs');
  await expect(pane.locator('.line .number').nth(3)).toHaveText('4');
  await expect(pane.locator('.line').nth(3)).toContainText('pub period');
});
