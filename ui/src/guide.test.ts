/**
 * The guide explains only what the program says: each message in the tables of its last page stands in
 * the sources, but for what is filled in (… and N) there.
 */
// @vitest-environment node
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where messages are made. */
const SOURCES = ['src', 'models/src', 'src-tauri/src', 'ui/src/lib/strings'];
/** What is too short to say anything. */
const MIN_CHARS = 6;

function filesBelow(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.(rs|ts)$/.test(name)).map((name) => join(ROOT, folder, name));
}

function said(): string {
  const all = SOURCES.flatMap(filesBelow).map((path) => readFileSync(path, 'utf8'));
  // A sentence of Rust's goes on behind a backslash.
  return all.join('\n').replace(/\\\n\s*/g, '').toLowerCase();
}

/** The first column of every table; what stands there in italics is told in our own words. */
function messages(page: string): string[] {
  const rows = page.split('\n').filter((line) => /^\| (?!---|\*|it says)/.test(line));
  return rows.flatMap((row) => row.slice(2).split(' | ')[0]!.split(';'));
}

function fixedParts(message: string): string[] {
  const parts = message.split(/…|“|”|\(|\)|\bN\b|\bM\b|,|: /).map((part) => part.replace(/^[ .:]+|[ .:]+$/g, ''));
  return parts.filter((part) => part.length >= MIN_CHARS).map((part) => part.toLowerCase());
}

test('each message that the guide explains is one of the program', () => {
  const page = readFileSync(join(ROOT, 'docs/guide/troubleshooting.md'), 'utf8');
  const known = said();
  const told = messages(page);
  expect(told.length).toBeGreaterThan(100);
  const unknown = told.filter((message) => fixedParts(message).some((part) => !known.includes(part)));
  expect(unknown).toEqual([]);
});
