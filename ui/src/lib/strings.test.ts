import { afterEach, describe, expect, it } from 'vitest';
import { chooseLanguage, language, markPage, systemLanguage } from './language.svelte';
import { strings } from './strings';
import { languages, type Language, type Strings } from './strings/all';

const nowhere = { page: null, unit: 'page', label: null, line: null } as const;

/** What the sentences with placeholders are given, each its own; the rest follows from the English. */
const GIVEN: { [K in keyof Strings]?: unknown[] } = {
  judged: ['Alpha', true],
  adminFolders: [['Alpha', 'Beta']],
  place: [{ ...nowhere, page: 31 }],
  versionsHelp: [['Alpha', 'Beta']],
  pageOf: ['slide', 31, 47],
  pictureOf: ['page', 31],
  folderLooked: ['Alpha', 'Beta'],
  doing: ['Alpha', 'Beta', 'Gamma'],
};
const ALPHABET = ['Alpha', 'Beta', 'Gamma', 'Delta'];
/** Sentences that are given numbers and no words. */
const NUMBERS = [31, 47, 53, 59];

type Filled = Record<string, string>;

/** Every sentence of a language, its placeholders filled, by its key. */
function filled(of: Strings): Filled {
  const found: Filled = {};
  const collect = (key: string, value: unknown) => {
    if (typeof value === 'string') found[key] = value;
    else if (typeof value === 'function') {
      const say = value as (...given: unknown[]) => unknown;
      const given = GIVEN[key as keyof Strings];
      if (given) found[key] = String(say(...given));
      else {
        const words = ALPHABET.slice(0, say.length);
        // Sentences count or name; whichever they do not understand shows as not a number.
        const said = String(say(...words));
        found[key] = said.includes('NaN') ? String(say(...mixed(say))) : said;
      }
    } else {
      for (const [part, inner] of Object.entries(value as object)) collect(`${key}.${part}`, inner);
    }
  };
  for (const [key, value] of Object.entries(of)) collect(key, value);
  return found;
}

/** Finds which placeholders are numbers: those that words cannot fill. */
function mixed(say: (...given: unknown[]) => unknown): unknown[] {
  const given: unknown[] = NUMBERS.slice(0, say.length);
  for (let at = 0; at < say.length; at += 1) {
    const trial = given.with(at, ALPHABET[at]);
    if (!String(say(...trial)).includes('NaN')) given[at] = ALPHABET[at];
  }
  return given;
}

const placeholders = (text: string) =>
  [...ALPHABET, ...NUMBERS.map(String)].filter((mark) => text.includes(mark));

describe('every language', () => {
  const english = filled(languages.en);
  for (const other of ['de', 'zh'] satisfies Language[]) {
    const its = filled(languages[other]);

    it(`${other} says everything that English says`, () => {
      expect(Object.keys(its)).toEqual(Object.keys(english));
      const empty = Object.keys(its).filter((key) => (its[key] === '') !== (english[key] === ''));
      expect(empty).toEqual([]);
    });

    it(`${other} says it with the same placeholders`, () => {
      const differing = Object.keys(english)
        .map((key) => [key, placeholders(english[key] ?? ''), placeholders(its[key] ?? '')] as const)
        .filter(([, here, there]) => here.join() !== there.join());
      expect(differing).toEqual([]);
    });

    it(`${other} is a translation`, () => {
      const sentences = Object.keys(english).filter((key) => (english[key] ?? '').split(' ').length > 3);
      expect(sentences.length).toBeGreaterThan(60);
      expect(sentences.filter((key) => its[key] === english[key])).toEqual([]);
    });
  }

  it('has placeholders that the test sees', () => {
    const counted = Object.values(english).filter((text) => placeholders(text).length > 0);
    expect(counted.length).toBeGreaterThan(50);
    expect(english['hitOf']).toBe('31 of 47 matches');
    expect(english['machineSpeed']).toContain('Alpha on Beta: 53 tokens a second');
  });
});

describe('the choice of a language', () => {
  afterEach(() => chooseLanguage('auto'));

  it('is the first of the system that there is, else English', () => {
    expect(systemLanguage(['fr-CH', 'de-CH', 'en'])).toBe('de');
    expect(systemLanguage(['zh-Hans-CN'])).toBe('zh');
    expect(systemLanguage(['fr', 'it'])).toBe('en');
  });

  it('counts at once, is told to the page, and is kept', () => {
    chooseLanguage('de');
    expect(strings.pause).toBe('Einlesen anhalten');
    expect(document.documentElement.lang).toBe('de');
    expect(localStorage.getItem('language')).toBe('de');
    chooseLanguage('auto');
    expect(language()).toBe('en');
    markPage();
    expect(document.documentElement.dir).toBe('ltr');
  });
});

it('a place is said in the words of its document', () => {
  expect(strings.place({ ...nowhere, page: 4 })).toBe('page 4');
  expect(strings.place({ ...nowhere, page: 6, label: 'iv' })).toBe('page 6 (iv)');
  expect(strings.place({ ...nowhere, page: 2, unit: 'slide' })).toBe('slide 2');
  expect(strings.place({ ...nowhere, page: 1, unit: 'sheet', label: 'Budget!A1:F20' })).toBe('Budget!A1:F20');
  expect(strings.place({ ...nowhere, line: 12 })).toBe('line 12');
  expect(strings.place({ ...nowhere, label: 'attachment' })).toBe('attachment');
  expect(strings.place(nowhere)).toBeNull();
});
