/**
 * How the window is bundled and tested.
 * Owns the build target (the oldest WebKit that Tauri meets) and the relative paths that its own
 * protocol needs. Knows nothing of the application.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [svelte(), svelteTesting()],
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
