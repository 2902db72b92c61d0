/** The window in other languages, and written from right to left. */
import { expect, test } from './page';

for (const [locale, said] of [
  ['de-DE', 'Dateien nach Wort oder Bedeutung durchsuchen'],
  ['zh-CN', '按词语或含义搜索您的文件'],
  ['fr-FR', 'Search your files by word or meaning'],
] as const) {
  test.describe(locale, () => {
    test.use({ locale });
    test(`speaks the system's language, ${locale}, or English`, async ({ nuthatch }) => {
      await nuthatch.open();
      await expect(nuthatch.box).toHaveAttribute('placeholder', said);
      const lang = await nuthatch.page.evaluate(() => document.documentElement.lang);
      expect(lang).toBe(locale.startsWith('fr') ? 'en' : locale.slice(0, 2));
    });
  });
}

test.describe('what the engine says', () => {
  test.use({ locale: 'de-DE' });

  test('reasons of files are said in the window’s language', async ({ nuthatch }) => {
    const { page } = nuthatch;
    await nuthatch.open();
    await page.getByTestId('library-button').click();
    await page.getByTestId('list-failed').click();
    await expect(page.getByTestId('listed-file').first()).toContainText('sie ist mit einem Passwort geschützt');
  });

  test('and why a file is not found, and what a model is good for', async ({ nuthatch }) => {
    const { page } = nuthatch;
    await nuthatch.open();
    await page.getByTestId('library-button').click();
    await page.getByTestId('why-path').fill('/home/robin/Downloads/zyzzyva.pdf');
    await nuthatch.press('Enter');
    await expect(page.getByTestId('why-answer')).toContainText('sie liegt in keinem der gewählten Ordner');
    await page.getByTestId('tab-models').click();
    await expect(page.getByTestId('model').first()).toContainText('Englisch; klein und schnell auf jedem Prozessor');
  });

  test('and notices with what to do', async ({ nuthatch }) => {
    await nuthatch.open('notice');
    const notice = nuthatch.page.getByRole('status').filter({ hasText: 'Bedeutung' });
    await expect(notice).toHaveText(
      'Die Suche nach Bedeutung ist aus: model.onnx fehlt. Die Suche nach Wörtern ist vollständig. Installiere Nuthatch neu, um es zu bekommen.',
    );
  });
});

test('from right to left everything stands on the other side, and paths stay readable', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.evaluate(() => (document.documentElement.dir = 'rtl'));
  await nuthatch.searchFor('notice period');
  const [box, button] = [await nuthatch.box.boundingBox(), await nuthatch.page.getByTestId('library-button').boundingBox()];
  expect(button?.x).toBeLessThan(box?.x ?? 0);
  const icon = await nuthatch.rows.first().locator('svg').boundingBox();
  const row = await nuthatch.rows.first().boundingBox();
  expect(icon?.x).toBeGreaterThan((row?.x ?? 0) + (row?.width ?? 0) / 2);
  // A leading slash that jumped to the end of the path would be found there.
  const path = nuthatch.rows.first().locator('.folder bdi');
  expect(await path.evaluate((element) => getComputedStyle(element).unicodeBidi)).toBe('isolate');
  await expect(path).toHaveText(/^\//);
  const overflow = await nuthatch.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(overflow).toBe(false);
});
