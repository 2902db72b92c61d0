// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { languages } from './lib/strings/all';

const files = import.meta.glob(['./**/*.ts', './**/*.svelte', './**/*.css', '!./**/*.test.ts', '!./testing/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
}) as Record<string, string>;

const filesWith = (pattern: RegExp) =>
  Object.entries(files)
    .filter(([, source]) => pattern.test(source))
    .map(([path]) => path);

/** A component without its comments, script and style. */
const markup = (source: string) =>
  source.replace(/<!--[\s\S]*?-->|<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>/g, '');

describe('rules of the source', () => {
  it('only one file imports tauri', () => {
    expect(Object.keys(files).length).toBeGreaterThan(20);
    expect(filesWith(/['"]@tauri-apps\//)).toEqual(['./host/tauri.ts']);
  });

  it('no component inserts markup, so no document can', () => {
    expect(filesWith(/\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write/)).toEqual([]);
  });

  it('no layout names left or right, so that it turns with the direction of reading', () => {
    const physical =
      /(margin|padding|border)-(left|right)\b|text-align: (left|right)|^\s+(left|right):|(padding|margin|inset): [^;\s]+ [^;\s]+ [^;\s]+ [^;\s]+;/m;
    const styles = Object.keys(files).filter((path) => path.endsWith('.svelte') || path.endsWith('.css'));
    expect(styles.length).toBeGreaterThan(15);
    expect(filesWith(physical).filter((path) => !/\.ts$/.test(path))).toEqual([]);
  });

  it('components hold no words of their own', () => {
    // Text between tags, and what is read out or shown of an element.
    const words = />\s*[A-Z][a-z]+ [^<{]*<|(aria-label|title|placeholder)="[^"]*[a-z]/;
    expect(Object.entries(files).filter(([path, source]) => path.endsWith('.svelte') && words.test(markup(source))).map(([path]) => path)).toEqual([]);
  });

  it('no sentence is dead', () => {
    const used = Object.entries(files)
      .filter(([path]) => !path.startsWith('./lib/strings/'))
      .map(([, source]) => source)
      .join('\n');
    expect(Object.keys(languages.en).filter((key) => !used.includes(`strings.${key}`))).toEqual([]);
  });

  it('nothing names a remote origin', () => {
    expect(filesWith(/https?:\/\/(?!www\.w3\.org\/)/)).toEqual([]);
  });

  it('nothing evaluates strings as code', () => {
    expect(filesWith(/\beval\(|new Function\(/)).toEqual([]);
  });
});
