/** Dragging a result out of the window, as far as a page has a part in it, and what keys have instead. */
import { expect, test } from './page';

type Dragged = Window & { dragged?: { given: string; allowed: string; prevented: boolean }[] };

/** Notes what a drag that has begun gives to others. */
function noteDrags(): void {
  const inside = window as Dragged;
  inside.dragged = [];
  document.addEventListener('dragstart', (event) =>
    inside.dragged?.push({
      given: event.dataTransfer?.getData('text/uri-list') ?? '',
      allowed: event.dataTransfer?.effectAllowed ?? '',
      prevented: event.defaultPrevented,
    }),
  );
}

test.beforeEach(({ page }) => page.addInitScript(noteDrags));

const CONTRACT = 'file:///home/robin/Documents/Home/Contracts/rental-agreement-2023.pdf';

for (const [what, testId] of [
  ['a row', 'result'],
  ['the name above the preview', 'preview-names'],
] as const) {
  test(`${what} is dragged as the file itself, and the keys stay with the box`, async ({ nuthatch }) => {
    const { page } = nuthatch;
    await nuthatch.open();
    await nuthatch.searchFor('tenant notice period');
    await nuthatch.press('Control+Space');
    const dragged = page.getByTestId(testId).first();
    await dragged.hover();
    await page.mouse.down();
    await page.mouse.move(500, 500, { steps: 8 });
    await page.mouse.up();
    expect(await page.evaluate(() => (window as Dragged).dragged)).toEqual([
      { given: CONTRACT, allowed: 'copy', prevented: false },
    ]);
    if (testId === 'result') await expect(nuthatch.box).toBeFocused();
  });
}

test('nothing is dragged where the system takes no file', async ({ nuthatch }) => {
  const { page } = nuthatch;
  await nuthatch.open('nodrag');
  await nuthatch.searchFor('tenant notice period');
  await nuthatch.rows.first().hover();
  await page.mouse.down();
  await page.mouse.move(500, 500, { steps: 8 });
  await page.mouse.up();
  expect(await page.evaluate(() => (window as Dragged).dragged)).toEqual([{ given: '', allowed: expect.any(String), prevented: true }]);
});

test('a pressed row leaves the caret in the box where it was', async ({ nuthatch }) => {
  const { page } = nuthatch;
  await nuthatch.open();
  await nuthatch.searchFor('notice period');
  await nuthatch.press('ArrowLeft');
  await nuthatch.rows.nth(1).click();
  await expect(nuthatch.box).toBeFocused();
  await page.keyboard.type('X');
  await expect(nuthatch.box).toHaveValue('notice perioXd');
});

test('keys copy the path instead, and it is said', async ({ nuthatch }) => {
  const { page } = nuthatch;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await nuthatch.open();
  await nuthatch.searchFor('tenant notice period');
  await nuthatch.press('ArrowDown');
  await nuthatch.press('Control+Shift+C');
  const path = '/home/robin/Documents/Home/Contracts/rental-agreement-2023.pdf';
  await expect(page.getByText(`Copied: ${path}`)).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(path);
});
