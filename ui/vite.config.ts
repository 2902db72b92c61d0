/**
 * How the window is bundled and tested.
 * Owns the build target (the oldest WebKit that Tauri meets) and the relative paths that its own
 * protocol needs. Knows nothing of the application.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import license from 'rollup-plugin-license';
import { defineConfig } from 'vitest/config';

/** Licences that what is shipped may have; another one stops the build until somebody has read it. */
const ALLOWED = '(MIT OR Apache-2.0 OR BSD-2-Clause OR BSD-3-Clause OR ISC)';
/** What the page is made of beside our own code, with its licences: a part of what every package names. */
const NOTICES = 'dist/third-party.txt';

export default defineConfig({
  base: './',
  plugins: [
    svelte(),
    svelteTesting(),
    license({
      thirdParty: {
        allow: { test: ALLOWED, failOnUnlicensed: true, failOnViolation: true },
        output: { file: NOTICES, encoding: 'utf-8' },
      },
    }),
  ],
  build: {
    target: 'safari15',
    // Vite's preload polyfill fetches scripts; the window's policy allows no such request.
    modulePreload: false,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
});
