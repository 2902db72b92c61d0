/**
 * Which language the window speaks: the user's choice, else the first of the system's that there is.
 * Owns the choice and where it is kept (the web view's own storage: it is the window's affair alone),
 * and the page's `lang` and `dir`. Knows no sentence.
 */
import { languages, type Language } from './strings/all';

export type LanguageChoice = Language | 'auto';

const KEY = 'language';
/** Languages that are written from right to left; none of ours so far, but the layout is ready. */
const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ur'];

let choice = $state<LanguageChoice>(stored());

/** The first of the system's languages that there is, else English. */
export function systemLanguage(wanted: readonly string[] = navigator.languages): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find((tag) => tag in languages);
  return (known as Language | undefined) ?? 'en';
}

export function chosenLanguage(): LanguageChoice {
  return choice;
}

export function language(): Language {
  return choice === 'auto' ? systemLanguage() : choice;
}

/** The language of numbers and dates: the system's own kind of it, where it has one. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language()) ?? language();
}

export function chooseLanguage(chosen: LanguageChoice): void {
  choice = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // It counts until the window is closed.
  }
  markPage();
}

/** Tells the page's language to screen readers, hyphenation and fonts. */
export function markPage(page: HTMLElement = document.documentElement): void {
  page.lang = language();
  page.dir = RIGHT_TO_LEFT.includes(language()) ? 'rtl' : 'ltr';
}

function stored(): LanguageChoice {
  try {
    const found = localStorage.getItem(KEY);
    return found !== null && found in languages ? (found as Language) : 'auto';
  } catch {
    return 'auto';
  }
}
