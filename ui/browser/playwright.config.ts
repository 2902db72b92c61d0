/**
 * How the built page is tested in an ordinary browser.
 * Owns where the browser is found and where results go. The browser is the system's own Chromium
 * (NUTHATCH_CHROMIUM names another), so that nothing is downloaded.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

const results = fileURLToPath(new URL('../../target/browser', import.meta.url));
const ours = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const browser = process.env.NUTHATCH_CHROMIUM ?? ours.find(existsSync) ?? 'chromium';

export default defineConfig({
  testDir: '.',
  outputDir: results,
  fullyParallel: true,
  workers: 2,
  reporter: [['list']],
  // Far above what anything takes, so that only what never comes fails.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  use: {
    browserName: 'chromium',
    viewport: { width: 1100, height: 760 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    launchOptions: { executablePath: browser },
  },
});
