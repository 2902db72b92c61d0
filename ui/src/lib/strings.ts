/**
 * Every sentence that the window says, in the language that is chosen; components hold no words.
 * A new sentence goes into `strings/en-….ts` and then, for the compiler insists, into the others.
 * Reading one in markup or in a `$derived` follows the choice; a constant in a script would not.
 */
import { language } from './language.svelte';
import { languages, type Strings } from './strings/all';

export type { Strings };

export const strings = new Proxy({} as Strings, {
  get: (_, key) => languages[language()][key as keyof Strings],
});
