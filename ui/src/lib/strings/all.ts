/**
 * What a language has to say, and the languages that say it.
 * English is the one that the others are measured by: a missing sentence, or one with other
 * placeholders, does not compile.
 */
import * as dePages from './de-pages';
import * as deSearch from './de-search';
import * as enPages from './en-pages';
import * as enSearch from './en-search';
import * as zhPages from './zh-pages';
import * as zhSearch from './zh-search';

export type SearchStrings = typeof enSearch.searchStrings;
export type PageStrings = typeof enPages.pageStrings;
export type Strings = SearchStrings & PageStrings;

export const languages = {
  en: { ...enSearch.searchStrings, ...enPages.pageStrings },
  de: { ...deSearch.searchStrings, ...dePages.pageStrings },
  zh: { ...zhSearch.searchStrings, ...zhPages.pageStrings },
} satisfies Record<string, Strings>;

export type Language = keyof typeof languages;

/** What each calls itself. */
export const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch', zh: '中文' };
