// @vitest-environment node
import { describe, expect, it } from 'vitest';

const files = import.meta.glob(['./**/*.ts', './**/*.svelte', '!./**/*.test.ts', '!./testing/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
}) as Record<string, string>;

const filesWith = (pattern: RegExp) =>
  Object.entries(files)
    .filter(([, source]) => pattern.test(source))
    .map(([path]) => path);

describe('rules of the source', () => {
  it('only one file imports tauri', () => {
    expect(Object.keys(files).length).toBeGreaterThan(20);
    expect(filesWith(/['"]@tauri-apps\//)).toEqual(['./host/tauri.ts']);
  });

  it('no component inserts markup, so no document can', () => {
    expect(filesWith(/\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write/)).toEqual([]);
  });

  it('nothing names a remote origin', () => {
    expect(filesWith(/https?:\/\/(?!www\.w3\.org\/)/)).toEqual([]);
  });

  it('nothing evaluates strings as code', () => {
    expect(filesWith(/\beval\(|new Function\(/)).toEqual([]);
  });
});
