/** Questions: asked by a sign or a key, answered sentence by sentence, each leading to its page. */
import { expect, test } from './page';

test('a question is answered, and a mark opens the page that it rests on', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.box.fill('? tenant notice period');
  await nuthatch.press('Enter');
  const sentence = nuthatch.page.getByTestId('answer-sentence').first();
  await expect(sentence).toHaveAttribute('data-standing', 'quoted');
  const mark = nuthatch.page.getByTestId('answer-mark').first();
  await expect(mark).toHaveAttribute('title', /notice period/);
  await nuthatch.tabTo('answer-mark');
  await nuthatch.press('Enter');
  const text = nuthatch.page.getByTestId('preview-text');
  await expect(text).toContainText('The notice period for the tenant is three months');
  // Escape puts away what came last.
  await nuthatch.press('Escape');
  await expect(text).toHaveCount(0);
  await nuthatch.press('Escape');
  await expect(nuthatch.page.getByTestId('answer')).toHaveCount(0);
  await expect(nuthatch.box).toHaveValue('? tenant notice period');
});

test('what a model writes and no file bears is marked, and copied with its references', async ({ nuthatch }) => {
  await nuthatch.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await nuthatch.open('writer');
  await nuthatch.box.fill('tenant notice period');
  await nuthatch.press('Shift+Enter');
  const doubtful = nuthatch.page.locator('[data-testid=answer-sentence][data-standing=not_found]');
  await expect(doubtful).toContainText('1899');
  await expect(doubtful.locator('.unfounded')).toHaveText('1899');
  await nuthatch.page.getByTestId('copy-answer').click();
  await expect
    .poll(() => nuthatch.page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/\[1\] .*\n\n\[1\] rental-agreement-2023\.pdf, page 4/s);
});

test('where the files do not know, the nearest passages are shown and nothing is said', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.box.fill('? spaceship');
  await nuthatch.press('Enter');
  await expect(nuthatch.page.getByTestId('not-in-files')).toBeVisible();
  await expect(nuthatch.page.getByTestId('answer-sentence')).toHaveCount(0);
});
