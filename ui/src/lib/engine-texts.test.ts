// @vitest-environment node
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tables, translated } from './engine-texts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Where the engine's sentences are made. */
const SOURCES = ['src', 'models', 'src-tauri/src'];

/** What only the command line says, and tests. */
const NOT_IN_THE_WINDOW = /^cli|tests/;
/** Stands for a quotation mark within a sentence. */
const QUOTE = '\u0001';

/**
 * Everything that these say, a sentence that goes on behind a backslash in one piece.
 * @param asCode what the window shows alone, marks within a sentence made plain
 */
function said(asCode = false): string {
  const all = SOURCES.flatMap((folder) => {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
    const wanted = names.filter((name) => /\.(rs|toml)$/.test(name) && !(asCode && NOT_IN_THE_WINDOW.test(name)));
    return wanted.map((name) => readFileSync(join(ROOT, folder, name), 'utf8').split(asCode ? '#[cfg(test)]' : '\0')[0] ?? '');
  });
  return all.join('\n').replace(/\\\n\s*/g, '').replaceAll('\\"', asCode ? QUOTE : '"');
}

/** What may be told of reasons in a report for support: every reason has a phrase there. */
function phrasesOfReasons(): string[] {
  const source = readFileSync(join(ROOT, 'src/redact.rs'), 'utf8');
  const list = /const REASONS[^=]*= &\[(.*?)\];/s.exec(source)?.[1] ?? '';
  return [...list.matchAll(/"([^"]+)"/g)].map((found) => found[1] ?? '');
}

const english = Object.keys(Object.assign({}, ...tables.de) as Record<string, string>);
const names = (text: string) => [...text.matchAll(/\{(\w*)\}/g)].map((found) => found[1]);

describe('the engine’s sentences', () => {
  it('stand in the sources as they are looked for', () => {
    const sources = said();
    expect(english.length).toBeGreaterThan(200);
    expect(english.filter((sentence) => !sources.includes(sentence))).toEqual([]);
  });

  it('are all there as far as they are reasons of files', () => {
    const phrases = phrasesOfReasons();
    expect(phrases.length).toBeGreaterThan(70);
    const known = english.join('\n');
    expect(phrases.filter((phrase) => !known.includes(phrase))).toEqual([]);
  });

  it('are all there as far as they are notices, errors with what to do, and hints on a query', () => {
    const shape = (text: string) => text.replace(/\{\w*\}/g, '{}');
    const known = new Set(english.map(shape));
    const found = [...said(true).matchAll(/\b(?:message|hint|advice): (?:Some\()?\s*(?:format!\()?\s*"([^"]*)"/g)];
    const told = found.map((one) => shape(one[1] ?? '').replaceAll(QUOTE, '"'));
    expect(told.length).toBeGreaterThan(60);
    expect([...new Set(told)].filter((one) => !known.has(one))).toEqual([]);
  });

  it('keep in every language what fills them', () => {
    for (const table of Object.values(tables).flat()) {
      for (const [from, to] of Object.entries(table)) {
        let unnamed = 0;
        const given = names(from).map((name) => name || String(unnamed++));
        expect(given, from).toEqual(expect.arrayContaining(names(to)));
      }
    }
  });

  it('are said in the language that is chosen, also within one another', () => {
    for (const [english, german] of [
      ['it is locked with a password', 'sie ist mit einem Passwort geschützt'],
      [
        'its page 3 could not be read: reading it took longer than 60 s',
        'ihre Seite 3 konnte nicht gelesen werden: das Lesen dauerte länger als 60 s',
      ],
      [
        '2 of its 3 pages are pictures, whose text is not read: the model is missing',
        '2 ihrer 3 Seiten sind Bilder; der Text darauf wird nicht erkannt: das Modell fehlt',
      ],
      ['The document is damaged: it ends too early', 'Das Dokument ist beschädigt: es endet zu früh'],
    ] as const) {
      expect(translated(english, 'de')).toBe(german);
    }
    expect(translated('“soon” is no date, so date: is left out', 'zh')).toBe('“soon”不是日期，因此忽略 date:');
  });

  it('leave what the user typed, and what nobody knows, as it is', () => {
    const typed = '“language” is no size, so size: is left out';
    expect(translated(typed, 'de')).toBe('„language“ ist keine Größe, daher gilt size: nicht');
    expect(translated('a sentence of tomorrow', 'de')).toBe('a sentence of tomorrow');
    expect(translated('it is locked with a password', 'en')).toBe('it is locked with a password');
  });
});
