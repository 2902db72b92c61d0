import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Components are written with runes and TypeScript. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
