/** A list of very many results. */
import { expect, test } from './page';

test('ten thousand results are scrolled through, and few rows are drawn at a time', async ({ nuthatch }) => {
  await nuthatch.open('many');
  await nuthatch.searchFor('letter');
  const drawn = () => nuthatch.rows.count();
  // More are asked for as the end nears, until there are no more.
  await expect
    .poll(
      async () => {
        await nuthatch.page.evaluate(() => {
          const list = document.getElementById('results');
          if (list) list.scrollTop = list.scrollHeight;
        });
        expect(await drawn()).toBeLessThan(60);
        return nuthatch.rows.last().getAttribute('aria-setsize');
      },
      { timeout: 40_000 },
    )
    .toBe('10000');

  // Page by page, as a wheel does: no step finds the visible part empty.
  const blank = await nuthatch.page.evaluate(async () => {
    const list = document.getElementById('results');
    if (!list) return ['no list'];
    const found: string[] = [];
    list.scrollTop = 0;
    for (let step = 0; step < 60; step += 1) {
      list.scrollTop += list.clientHeight;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      const box = list.getBoundingClientRect();
      for (const y of [box.top + 5, box.top + box.height / 2, box.bottom - 5]) {
        const row = document.elementFromPoint(box.left + 100, y)?.closest('[data-testid=result]');
        if (!row) found.push(`${step}: nothing at ${y}`);
      }
    }
    return found;
  });
  expect(blank).toEqual([]);
});

test('rows on screen keep their places when more are asked for', async ({ nuthatch }) => {
  await nuthatch.open('many');
  await nuthatch.searchFor('letter');
  await nuthatch.press('ArrowDown');
  // While one types there are fewer rows, and a page ends at the last of them.
  await expect(nuthatch.chosen).toHaveAttribute('aria-setsize', '50');
  for (let pressed = 0; pressed < 9; pressed += 1) await nuthatch.press('PageDown');
  await expect(nuthatch.chosen).toHaveAttribute('aria-posinset', '46');
  const before = await nuthatch.chosen.getAttribute('data-path');
  await expect.poll(() => nuthatch.chosen.getAttribute('aria-setsize')).toBe('200');
  await expect(nuthatch.chosen).toHaveAttribute('aria-posinset', '46');
  await expect(nuthatch.chosen).toHaveAttribute('data-path', before ?? '');
  await nuthatch.press('End');
  await expect(nuthatch.chosen).toBeInViewport();
});
