/**
 * The pictures of docs/guide, made from the same screens as the tests' (`screens.ts`): `npm run guide`.
 * They are committed, so the clock stands still and nothing of them depends on the day. Only what the fake
 * host shows as the program does is shown here: its models are made up, and it obeys no condition.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from './page';
import { SCREENS, type Screen } from './screens';

const FOLDER = fileURLToPath(new URL('../../docs/guide/pictures', import.meta.url));

/** What is shown otherwise than to a test: as a user meets it, without what is made up to be tested. */
const OWN: Screen[] = [
  {
    name: 'results',
    show: async (nuthatch) => {
      await nuthatch.open();
      await nuthatch.searchFor('notice period');
      await nuthatch.press('ArrowDown');
    },
  },
  {
    name: 'library',
    show: async (nuthatch) => {
      await nuthatch.open();
      await nuthatch.page.getByTestId('library-button').click();
      await expect(nuthatch.page.getByTestId('library')).toBeVisible();
    },
  },
];

/** What the guide shows, in the order of its pages. */
const SHOWN = [
  'welcome',
  'results',
  'page-picture',
  'answer',
  'library',
  'left-out-folder',
  'why',
  'connections',
  'launcher',
];

test.use({
  viewport: { width: 900, height: 580 },
  deviceScaleFactor: 1,
  colorScheme: 'light',
  locale: 'en-GB',
  timezoneId: 'UTC',
});

for (const name of SHOWN) {
  test(name, async ({ nuthatch }) => {
    const screen = [...OWN, ...SCREENS].find((screen) => screen.name === name);
    if (!screen) throw new Error(`no screen is called ${name}`);
    await nuthatch.page.clock.setFixedTime(new Date('2026-11-27T10:00:00Z'));
    await nuthatch.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await screen.show(nuthatch);
    // Fades have come to their end.
    await nuthatch.page.waitForTimeout(350);
    await nuthatch.page.screenshot({ path: `${FOLDER}/${name}.png`, caret: 'hide' });
  });
}
