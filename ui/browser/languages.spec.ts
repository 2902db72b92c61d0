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
