/** Whole tasks, done without a pointer. */
import { expect, test } from './page';

test('a passage is found, read and copied', async ({ nuthatch }) => {
  await nuthatch.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await nuthatch.open();
  await nuthatch.page.keyboard.type('tenant notice period');
  await nuthatch.answered();
  await nuthatch.press('ArrowDown');
  await nuthatch.press('Space');
  await expect(nuthatch.page.getByTestId('preview-text')).toContainText('§ 12 The notice period');
  await nuthatch.tabTo('copy-passage');
  await nuthatch.press('Enter');
  await expect
    .poll(() => nuthatch.page.evaluate(() => navigator.clipboard.readText()))
    .toContain('§ 12 The notice period for the tenant is three months');
});

test('a folder is removed from the library, and the files stay', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.tabTo('library-button');
  await nuthatch.press('Enter');
  const folders = nuthatch.page.getByTestId('folder');
  await expect(folders).toHaveCount(2);
  await nuthatch.tabTo('remove-folder');
  await nuthatch.press('Enter');
  await expect(nuthatch.page.getByText('The files themselves are not touched.')).toBeVisible();
  await nuthatch.tabTo('confirm-remove');
  await nuthatch.press('Enter');
  await expect(folders).toHaveCount(1);
  await nuthatch.press('Escape');
  await expect(nuthatch.page.getByTestId('library')).toHaveCount(0);
  await expect(nuthatch.page.getByTestId('library-button')).toBeFocused();
});

test('the reason why a file is missing is found', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.keyboard.type('zyzzyva');
  await nuthatch.tabTo('ask-why');
  await nuthatch.press('Enter');
  await nuthatch.page.keyboard.type('/home/robin/Downloads/zyzzyva.pdf');
  await nuthatch.press('Enter');
  await expect(nuthatch.page.getByTestId('why-answer')).toContainText('Not in the library');
});
