/**
 * The list of tasks that everybody must be able to do, done with keys alone, one after the other in one
 * window. No pointer anywhere: the page counts what comes from one.
 */
import { expect, test } from './page';

type Counting = Window & { nPointed?: number };

test('the four tasks are done with keys alone', async ({ nuthatch }) => {
  const { page } = nuthatch;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.addInitScript(() => {
    const counting = window as Counting;
    counting.nPointed = 0;
    for (const kind of ['pointerdown', 'pointermove', 'wheel', 'touchstart']) {
      document.addEventListener(kind, () => (counting.nPointed = (counting.nPointed ?? 0) + 1), true);
    }
  });
  await nuthatch.open();

  await test.step('a sentence in a PDF is found, and copied with its reference', async () => {
    await page.keyboard.type('tenant notice period');
    await nuthatch.answered();
    await nuthatch.press('ArrowDown');
    await nuthatch.press('Space');
    await expect(page.getByTestId('preview-text')).toContainText('§ 12 The notice period');
    await nuthatch.tabTo('copy-quote');
    await nuthatch.press('Enter');
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^“§ 12 The notice period for the tenant is .*”\n\(rental-agreement-2023\.pdf, page 4\)$/);
    await nuthatch.press('Escape');
    await nuthatch.press('Escape');
  });

  await test.step('the reason why a file is missing is found', async () => {
    await page.keyboard.type('zyzzyva');
    await nuthatch.tabTo('ask-why');
    await nuthatch.press('Enter');
    await page.keyboard.type('/home/robin/Downloads/zyzzyva.pdf');
    await nuthatch.press('Enter');
    await expect(page.getByTestId('why-answer')).toContainText('Not in the library');
    await nuthatch.press('Escape');
    await expect(page.getByTestId('library-button')).toBeFocused();
  });

  await test.step('a folder is forgotten, and its files stay', async () => {
    await nuthatch.press('Enter');
    const folders = page.getByTestId('folder');
    await expect(folders).toHaveCount(2);
    await nuthatch.tabTo('remove-folder');
    await nuthatch.press('Enter');
    await expect(page.getByText('The files themselves are not touched.')).toBeVisible();
    await nuthatch.tabTo('confirm-remove');
    await nuthatch.press('Enter');
    await expect(folders).toHaveCount(1);
    await nuthatch.press('Escape');
    await expect(page.getByTestId('library')).toHaveCount(0);
    await expect(page.getByTestId('library-button')).toBeFocused();
  });

  await test.step('the model is switched, and the time it may take', async () => {
    await nuthatch.press('Enter');
    await nuthatch.tabTo('tab-library', 'Shift+Tab');
    await nuthatch.press('ArrowRight');
    await expect(page.getByTestId('tab-models')).toBeFocused();
    await nuthatch.tabTo('reranker');
    await page.keyboard.type('ms-marco');
    await nuthatch.tabTo('budget');
    await nuthatch.press('ArrowRight');
    await expect(page.getByTestId('budget-value')).toContainText('250 ms');
    expect(await nuthatch.host((host) => host.written)).toEqual([
      ['reranker', 'ms-marco-minilm-l6'],
      ['rerank_budget_ms', 250],
    ]);
  });

  expect(await page.evaluate(() => (window as Counting).nPointed)).toBe(0);
});
