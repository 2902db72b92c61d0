/** What stands still while better orders come in. */
import { expect, test, type NuthatchPage } from './page';

/** The row at a place, where it is drawn, and how many others are on their way. */
type Sample = { id: string; top: number; nGliding: number };

/**
 * Looks at one place of the list in every frame, until the others have been reordered often enough.
 * @param keysDown so often the arrow key is pressed first, in a frame in which the rows begin to glide
 */
function watchPlace({ page }: NuthatchPage, place: number, keysDown = 0): Promise<Sample[]> {
  return page.evaluate(
    ([at, nKeys]) =>
      new Promise<Sample[]>((resolve) => {
        const seen: Sample[] = [];
        let nChanges = 0;
        let order = '';
        const look = () => {
          const rows = [...document.querySelectorAll<HTMLElement>('[data-testid=result]')];
          const row = rows.find((one) => one.ariaPosInSet === String(at));
          if (row && nChanges > 1) {
            seen.push({
              id: row.id,
              top: Math.round(row.getBoundingClientRect().top),
              // Asked of the animations: on a busy machine no frame may fall into a glide.
              nGliding: rows.filter((one) => one !== row && one.getAnimations().length > 0).length,
            });
          }
          const now = rows.map((one) => `${one.id} ${one.ariaPosInSet}`).toSorted().join();
          if (now !== order) nChanges += 1;
          if (now !== order && nChanges === 2) {
            for (let pressed = 0; pressed < (nKeys ?? 0); pressed += 1) {
              const key = new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true });
              document.activeElement?.dispatchEvent(key);
            }
          }
          order = now;
          if (nChanges > 8) resolve(seen);
          else requestAnimationFrame(look);
        };
        look();
      }),
    [place, keysDown] as const,
  );
}

test('the chosen row does not move while a stream of refinements reorders the others', async ({ nuthatch }) => {
  await nuthatch.open('stream');
  await nuthatch.box.fill('notice period');
  await expect(nuthatch.page.getByTestId('stages')).toContainText('reranked');
  const samples = await watchPlace(nuthatch, 2, 2);
  const id = await nuthatch.chosen.getAttribute('id');
  expect(new Set(samples.map((sample) => sample.id))).toEqual(new Set([id]));
  expect([...new Set(samples.map((sample) => sample.top))], 'it stood still').toHaveLength(1);
  expect(samples.some((sample) => sample.nGliding > 0), 'others glided').toBe(true);
});

test('the row under the pointer does not move either', async ({ nuthatch }) => {
  await nuthatch.open('stream');
  await nuthatch.box.fill('notice period');
  await expect(nuthatch.page.getByTestId('stages')).toContainText('reranked');
  const height = await nuthatch.rows.first().evaluate((row) => row.getBoundingClientRect().height);
  const top = await nuthatch.page.locator('#results').evaluate((list) => list.getBoundingClientRect().top);
  // Its place, for the row itself may be gliding just now.
  await nuthatch.page.mouse.move(300, top + 2.5 * height);
  const samples = await watchPlace(nuthatch, 3);
  expect([...new Set(samples.map((sample) => sample.id))]).toHaveLength(1);
  expect([...new Set(samples.map((sample) => sample.top))], 'it stood still').toHaveLength(1);
  expect(samples.some((sample) => sample.nGliding > 0), 'others glided').toBe(true);
});

test('an order that comes late leaves the rows that were seen where they are', async ({ nuthatch }) => {
  await nuthatch.page.setViewportSize({ width: 900, height: 560 });
  await nuthatch.open('late');
  await nuthatch.searchFor('notice period');
  const names = () =>
    nuthatch.rows.evaluateAll((rows) =>
      rows
        .toSorted((a, b) => Number(a.getAttribute('aria-posinset')) - Number(b.getAttribute('aria-posinset')))
        .map((row) => row.getAttribute('data-path')),
    );
  const nSeen = await nuthatch.page.evaluate(() => {
    const list = document.getElementById('results');
    const row = list?.querySelector<HTMLElement>('[data-testid=result]');
    return list && row ? Math.ceil(list.clientHeight / row.offsetHeight) : 0;
  });
  const before = await names();
  expect(nSeen).toBeGreaterThan(1);
  expect(nSeen).toBeLessThan(before.length - 1);
  await expect(nuthatch.page.getByTestId('stages')).toContainText('reranked');
  const after = await names();
  expect(after.slice(0, nSeen)).toEqual(before.slice(0, nSeen));
  expect(after.slice(nSeen)).toEqual(before.slice(nSeen).toReversed());
});
