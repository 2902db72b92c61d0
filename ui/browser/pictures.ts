/**
 * A picture of every screen, in every look, for people: `npm run screenshots`.
 * They are not compared with anything.
 */
import { fileURLToPath } from 'node:url';
import { test } from './page';
import { SCREENS } from './screens';

const FOLDER = fileURLToPath(new URL('../../target/screenshots', import.meta.url));
type Look = {
  name: string;
  theme: 'light' | 'dark';
  width: number;
  height: number;
  scale: number;
  locale?: string;
  dir?: string;
};

/** At 200 % a window has half as many units each way, drawn twice as large. */
const LOOKS: Look[] = [
  { name: 'light', theme: 'light', width: 1100, height: 760, scale: 1 },
  { name: 'dark', theme: 'dark', width: 1100, height: 760, scale: 1 },
  { name: 'light-200', theme: 'light', width: 550, height: 380, scale: 2 },
  { name: 'dark-200', theme: 'dark', width: 550, height: 380, scale: 2 },
  { name: 'narrow', theme: 'light', width: 480, height: 760, scale: 1 },
  { name: 'german', theme: 'light', width: 1100, height: 760, scale: 1, locale: 'de-DE' },
  { name: 'chinese', theme: 'light', width: 1100, height: 760, scale: 1, locale: 'zh-CN' },
  { name: 'right-to-left', theme: 'light', width: 1100, height: 760, scale: 1, dir: 'rtl' },
];

for (const look of LOOKS) {
  test.describe(look.name, () => {
    test.use({
      viewport: { width: look.width, height: look.height },
      deviceScaleFactor: look.scale,
      colorScheme: look.theme,
      locale: look.locale ?? 'en-GB',
    });
    for (const screen of SCREENS) {
      test(screen.name, async ({ nuthatch }) => {
        await nuthatch.page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
        await screen.show(nuthatch);
        if (look.dir) await nuthatch.page.evaluate((dir) => (document.documentElement.dir = dir), look.dir);
        // Fades have come to their end.
        await nuthatch.page.waitForTimeout(350);
        await nuthatch.page.screenshot({ path: `${FOLDER}/${screen.name}-${look.name}.png` });
      });
    }
  });
}
