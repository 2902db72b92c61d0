/**
 * What an automatic reader of pages finds wrong: nothing serious, in light and dark.
 * It sees structure, names and contrast; whether a screen makes sense is for people.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { expect, test, type NuthatchPage } from './page';
import { SCREENS } from './screens';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALL: RunOptions = { resultTypes: ['violations'] };
/** What another theme changes. */
const COLOURS: RunOptions = { ...ALL, runOnly: ['color-contrast', 'link-in-text-block'] };

async function serious({ page }: NuthatchPage, options: RunOptions): Promise<string[]> {
  const found = (await page.evaluate(`window.axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

for (const screen of SCREENS) {
  test(`nothing serious is wrong with ${screen.name}`, async ({ nuthatch }) => {
    await nuthatch.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await screen.show(nuthatch);
    // Not as an element of the page: its policy would refuse that, rightly.
    await nuthatch.page.evaluate(axe);
    expect(await serious(nuthatch, ALL), 'in light').toEqual([]);
    await nuthatch.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await serious(nuthatch, COLOURS), 'in dark').toEqual([]);
  });
}
