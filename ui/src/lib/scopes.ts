/**
 * Conditions that a menu writes into the query.
 * Owns how they are spelled; what they mean is the engine's (docs/query-language.md). Invariant: a
 * condition replaces one of the same field, since two of them would have to hold at once.
 */

/** The families of types that are offered. */
export const TYPES = ['pdf', 'document', 'slides', 'sheet', 'mail', 'book', 'web', 'image', 'text', 'code'] as const;

/** The query with a condition on one field. */
export function withCondition(query: string, field: 'folder' | 'type', value: string): string {
  const condition = `${field}:${/[\s()",]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`;
  const old = new RegExp(`(^|\\s)${field}:("[^"]*"|\\S+)`);
  const replaced = query.replace(old, (_, before: string) => before + condition);
  return replaced === query && !query.includes(condition) ? `${query.trim()} ${condition}`.trim() : replaced;
}

/** The query without the parts that stand at these places, in characters. */
export function withoutParts(query: string, spans: readonly [number, number][]): string {
  const characters = [...query];
  for (const [start, end] of spans.toSorted((a, b) => b[0] - a[0])) characters.splice(start, end - start);
  return characters.join('').replace(/\s+/g, ' ').trim();
}
