/** Further passages of a file are unfolded below it, with keys and by pointing. */
import { expect, test } from './page';

test('more passages of a file are unfolded, walked through and previewed with keys alone', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.searchFor('tenant flat');
  await nuthatch.press('ArrowDown');
  const file = nuthatch.chosen;
  await expect(file).toHaveAttribute('data-path', /rental-agreement/);
  await expect(file.getByTestId('more-passages')).toHaveText('more passages');
  await nuthatch.press('Control+e');
  const passages = nuthatch.page.getByTestId('passage');
  const n = await passages.count();
  expect(n).toBeGreaterThan(2);
  // The box names what is chosen, as for any row.
  await nuthatch.press('ArrowDown');
  await expect(passages.first()).toHaveAttribute('aria-selected', 'true');
  await expect(nuthatch.box).toHaveAttribute(
    'aria-activedescendant',
    (await passages.first().getAttribute('id')) ?? '',
  );
  const page = await passages.first().getAttribute('data-page');
  await nuthatch.press('Space');
  const pane = nuthatch.page.getByTestId('preview');
  await expect(pane).toContainText(`Page ${page} of 4`);
  // The preview follows from passage to passage of one file, too.
  await nuthatch.press('ArrowDown');
  await expect(pane).toContainText(`Page ${await passages.nth(1).getAttribute('data-page')} of 4`);
  for (let at = 2; at <= n; at += 1) await nuthatch.press('ArrowDown');
  await expect(nuthatch.chosen).not.toHaveAttribute('data-path', /rental-agreement/);
  await nuthatch.press('ArrowUp');
  await expect(passages.last()).toHaveAttribute('aria-selected', 'true');
  await nuthatch.press('Control+e');
  await expect(passages).toHaveCount(0);
  await expect(nuthatch.chosen).toHaveAttribute('data-path', /rental-agreement/);
});

test('they are folded up by the same click, and by another query', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.searchFor('tenant flat');
  const row = nuthatch.page.locator('[data-testid=result][data-path*=rental]');
  const unfold = async () => {
    await row.hover();
    await row.getByTestId('more-passages').click();
  };
  await unfold();
  await expect(nuthatch.page.getByTestId('passage').first()).toBeVisible();
  await unfold();
  await expect(nuthatch.page.getByTestId('passage')).toHaveCount(0);
  await unfold();
  await expect(nuthatch.page.getByTestId('passage').first()).toBeVisible();
  await nuthatch.searchFor('plum');
  await expect(nuthatch.page.getByTestId('passage')).toHaveCount(0);
});

test('an unfolded file holds its place while others are reordered', async ({ nuthatch }) => {
  await nuthatch.open('stream');
  await nuthatch.box.fill('notice period tenant');
  await expect(nuthatch.page.getByTestId('stages')).toHaveAttribute('data-stage', 'reranked');
  // A row that is chosen stands still, so that it can be clicked.
  const row = nuthatch.page.locator('[data-testid=result][data-path*=rental]');
  await nuthatch.choose(row);
  await row.getByTestId('more-passages').click();
  const first = nuthatch.page.getByTestId('passage').first();
  await expect(first).toBeVisible();
  const below = () => first.evaluate((row) => row.getBoundingClientRect().top);
  const stood = await below();
  for (let looks = 0; looks < 20; looks += 1) {
    await nuthatch.page.waitForTimeout(50);
    expect(await below()).toBe(stood);
  }
});
