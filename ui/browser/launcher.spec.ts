/** The launcher does three things, with keys alone: it finds, it opens, it goes away. */
import { expect, test } from './page';

test('a file is found and opened, and the launcher is gone', async ({ nuthatch }) => {
  await nuthatch.open('launcher');
  await expect(nuthatch.box).toBeFocused();
  await nuthatch.page.keyboard.type('notice period');
  await expect(nuthatch.rows.first()).toBeVisible();
  // Over rows of an earlier key, Enter only asks for those of the last.
  await expect(nuthatch.page.locator('#results')).not.toHaveClass(/stale/);
  expect(await nuthatch.rows.count()).toBeLessThanOrEqual(8);
  await nuthatch.press('ArrowDown');
  await nuthatch.press('ArrowDown');
  const path = await nuthatch.chosen.getAttribute('data-path');
  expect(path).toBe(await nuthatch.rows.nth(1).getAttribute('data-path'));
  await nuthatch.press('Enter');
  await expect.poll(() => nuthatch.host((host) => [host.opened.length, host.nHidden])).toEqual([1, 1]);
});

test('Escape puts it away, and Ctrl+O goes on in the window', async ({ nuthatch }) => {
  await nuthatch.open('launcher');
  await nuthatch.box.fill('plum');
  await nuthatch.press('Escape');
  await nuthatch.press('Control+o');
  expect(await nuthatch.host((host) => [host.nHidden, host.handedOver])).toEqual([1, ['plum']]);
});

test('a key for it is set in the settings, and the tray speaks the language of the window', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-settings').click();
  await nuthatch.page.getByTestId('setting-shortcut').fill('Ctrl+Alt+Space');
  await nuthatch.press('Enter');
  await nuthatch.page.getByTestId('switch-close_to_tray').check();
  expect(await nuthatch.host((host) => host.written)).toEqual([
    ['shortcut', 'Ctrl+Alt+Space'],
    ['close_to_tray', true],
  ]);
  await nuthatch.page.getByTestId('language').selectOption('de');
  await expect
    .poll(() => nuthatch.host((host) => host.spoken.map((words) => words.quit)))
    .toEqual(['Quit', 'Beenden']);
});
