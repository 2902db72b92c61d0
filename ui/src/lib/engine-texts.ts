/**
 * What the engine says, in the window's language.
 * The engine speaks English, as the command line does, and the ledger keeps the reasons of years in it; so a
 * sentence is known by its form, and what fills that is put into the form of the other language. What
 * fills it may be such a sentence again. Owns how forms are compared; the sentences are in `strings/`.
 * Invariant: what is not known is shown as it was said.
 */
import { language } from './language.svelte';
import type { Language } from './strings/all';
import * as deNotices from './strings/de-notices';
import * as deReasons from './strings/de-reasons';
import * as zhNotices from './strings/zh-notices';
import * as zhReasons from './strings/zh-reasons';

type Table = Record<string, string>;
type Form = { pattern: RegExp; names: string[]; translation: string; nFixed: number };

/** Sentences of each language by the English ones. */
export const tables: Record<Exclude<Language, 'en'>, Table[]> = {
  de: [...Object.values(deReasons), ...Object.values(deNotices)],
  zh: [...Object.values(zhReasons), ...Object.values(zhNotices)],
};

/** What may be filled by a sentence of the engine's; the others are names, numbers, and words of the user's. */
const SENTENCES = new Set(['what', 'why', 'reason', 'failure', 'error', 'cause', 'other', 'looks', 'LIMIT']);
const PLACEHOLDER = /\{(\w*)\}/g;
/** A sentence within a sentence within one: deeper none is. */
const DEPTH = 4;
/** So many sentences are remembered; a list of files says few different ones. */
const MOST_KNOWN = 500;

function formOf([english, translation]: [string, string]): Form {
  const names: string[] = [];
  let nUnnamed = 0;
  let nFixed = 0;
  const parts = english.split(PLACEHOLDER).map((part, at) => {
    if (at % 2 === 1) {
      names.push(part === '' ? String(nUnnamed++) : part);
      return '(.*?)';
    }
    nFixed += part.length;
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return { pattern: new RegExp(`^${parts.join('')}$`, 's'), names, translation, nFixed };
}

/** The one that says most comes first. */
const forms = (tables: Table[]): Form[] =>
  tables.flatMap((table) => Object.entries(table).map(formOf)).sort((a, b) => b.nFixed - a.nFixed);

const known: Partial<Record<Language, { forms: Form[]; said: Map<string, string> }>> = {};

function find(all: Form[], text: string, depth = 0): string | null {
  if (depth > DEPTH) return null;
  for (const { pattern, names, translation } of all) {
    const filled = pattern.exec(text);
    if (!filled) continue;
    return translation.replace(PLACEHOLDER, (_, name: string) => {
      const value = filled[names.indexOf(name) + 1] ?? '';
      return (SENTENCES.has(name) ? find(all, value, depth + 1) : null) ?? value;
    });
  }
  return null;
}

const withFirst = (text: string, change: (first: string) => string) => change(text.slice(0, 1)) + text.slice(1);
const raised = (text: string) => withFirst(text, (first) => first.toUpperCase());
const lowered = (text: string) => withFirst(text, (first) => first.toLowerCase());

/** A sentence of the engine's, in the language that is chosen. */
export function translated(text: string, chosen: Language = language()): string {
  if (chosen === 'en') return text;
  const { forms: all, said } = (known[chosen] ??= { forms: forms(tables[chosen]), said: new Map() });
  let found = said.get(text);
  if (found === undefined) {
    const asBeginning = () => {
      const inside = find(all, lowered(text));
      return inside === null ? null : raised(inside);
    };
    found = find(all, text) ?? asBeginning() ?? text;
    if (said.size >= MOST_KNOWN) said.clear();
    said.set(text, found);
  }
  return found;
}
