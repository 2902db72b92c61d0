/**
 * What the fake host finds in its documents, and what it shows of them.
 * Owns passages and their places in characters; finds words by their beginning and "meanings" by a
 * list of words per document. Knows nothing of when anything is told.
 */
import type { Chip, FoundPassage, InnerFile, IpcError, Part, Preview, Reasons, SearchResult, Strength, Styled } from './bindings';
import type { FakeDocument } from './fake-documents';

/** What the engine would take for more than a plain word. */
const PART = /(?<=^|\s)(-\w+|(type|name|date|ext):\S+)/g;

export function chipsOf(query: string): Chip[] {
  return [...query.matchAll(PART)].map((match) => ({
    text: match[0].replace(':', ': ').replace('-', 'not '),
    is_excluded: match[0].startsWith('-'),
    span: [match.index, match.index + match[0].length],
  }));
}

/** The plain words of a query. */
export const withoutParts = (query: string) => query.replace(PART, '');

export type Passage = { fileId: number; passageId: number; page: number; line: number; text: string };

export class FakeIndex {
  readonly passages: Passage[];
  #documents: FakeDocument[];
  #passagesOfFile: Passage[][];

  constructor(documents: FakeDocument[]) {
    this.#documents = documents;
    this.#passagesOfFile = documents.map((document, fileId) => passagesOf(document, fileId));
    this.passages = this.#passagesOfFile.flat();
  }

  find(words: string[], byMeaning: boolean): SearchResult[] {
    return this.#documents
      .map((document, fileId) => this.#resultOf(document, fileId, words, byMeaning))
      .filter((result) => result.score > 0)
      .sort((a, b) => b.score - a.score || a.file_id - b.file_id)
      .map((result, i) => ({ ...result, reasons: reasonsOf(result, i + 1, byMeaning) }));
  }

  passagesIn(fileId: number, words: string[]): FoundPassage[] {
    const document = this.#documents[fileId];
    return (this.#passagesOfFile[fileId] ?? [])
      .map((passage) => ({ passage, found: ranges(passage.text, words) }))
      .filter(({ found }) => found.length > 0)
      .sort((a, b) => distinct(b) - distinct(a) || b.found.length - a.found.length)
      .map(({ passage, found }) => ({
        passage_id: passage.passageId,
        page: document?.paged ? passage.page : null,
        label: null,
        line: document?.paged ? null : passage.line,
        confidence: null,
        passage: passage.text,
        highlights: found,
      }));
  }

  #insideOf(document: FakeDocument): InnerFile[] {
    return (document.inside ?? []).map((name) => ({
      file_id: this.#documents.findIndex((inner) => inner.name === name),
      name,
    }));
  }

  #resultOf(document: FakeDocument, fileId: number, words: string[], byMeaning: boolean): SearchResult {
    const ranked = (this.#passagesOfFile[fileId] ?? [])
      .map((passage) => ({ passage, found: ranges(passage.text, words) }))
      .sort((a, b) => distinct(b) - distinct(a) || b.found.length - a.found.length);
    const best = ranked[0];
    const about = wordsOf(document.about);
    const meant = byMeaning ? words.filter((word) => about.includes(word)).length : 0;
    return {
      file_id: fileId,
      passage_id: best?.passage.passageId ?? null,
      path: `${document.folder}/${document.name}`,
      name: document.name,
      folder: document.folder,
      kind: document.name.split('.').pop()?.toLowerCase() ?? '',
      title: document.title,
      modified_ms: Date.parse(`${document.modified}T12:00:00`),
      page: document.paged && best ? best.passage.page : null,
      unit: document.unit ?? 'page',
      label: (best && document.set?.[best.passage.page - 1]?.[best.passage.passageId % 100]?.label) ?? null,
      confidence: null,
      line: !document.paged && best ? best.passage.line : null,
      passage: best?.passage.text ?? '',
      highlights: best?.found ?? [],
      sentence: null,
      reasons: { words: null, meaning: null, fused: null, reranker: null, is_exact_name: false, matched: [] },
      strength: null,
      score: (best ? distinct(best) * 2 + best.found.length * 0.1 : 0) + meant * 2.5,
      n_passages: this.#passagesOfFile[fileId]?.length ?? 0,
      n_copies: document.copies,
      older: [],
      away: false,
    };
  }

  preview(fileId: number, page: number, query: string, passage?: Passage): Preview {
    const document = this.#documents[fileId];
    const content = document?.pages[page - 1];
    if (!document || !content) {
      const failure: IpcError = { code: 'not_found', message: 'The file is no longer in the library.', hint: 'Search again.' };
      throw failure;
    }
    const text = content.join('\n\n');
    const start = passage ? Array.from(text.slice(0, text.indexOf(passage.text))).length : 0;
    return {
      path: `${document.folder}/${document.name}`,
      name: document.name,
      title: document.title,
      page: document.paged ? page : null,
      unit: document.unit ?? 'page',
      n_pages: document.paged ? document.pages.length : null,
      line: document.paged ? null : 1,
      text,
      passage: passage ? [start, start + Array.from(passage.text).length] : null,
      highlights: ranges(text, wordsOf(query)),
      ...structureOf(document, page, content),
      inside: this.#insideOf(document),
      more_before: false,
      more_after: false,
    };
  }}

/** Where the parts of a page stand, and how they are set. */
function structureOf(document: FakeDocument, page: number, content: string[]): { parts: Part[]; styles: Styled[] } {
  const parts: Part[] = [];
  const styles: Styled[] = [];
  let start = 0;
  let line = 1;
  content.forEach((text, at) => {
    const set = document.set?.[page - 1]?.[at] ?? {};
    const end = start + Array.from(text).length;
    const ownLine = document.paged ? null : (set.line ?? line);
    parts.push({ span: [start, end], heading: set.heading ?? null, label: set.label ?? null, line: ownLine });
    if (set.style) styles.push({ span: [start, end], style: set.style });
    let from = 0;
    for (const [words, style] of set.words ?? []) {
      const found = text.indexOf(words, from);
      from = style.is === 'cell' ? found + words.length : from;
      const first = start + Array.from(text.slice(0, found)).length;
      styles.push({ span: [first, first + Array.from(words).length], style });
    }
    start = end + 2;
    line += text.split('\n').length + 1;
  });
  return { parts, styles };
}

/** Both stages put it where it stands. */
function reasonsOf({ passage, highlights, score }: SearchResult, place: number, byMeaning: boolean): Reasons {
  const characters = Array.from(passage);
  const counts = new Map<string, number>();
  for (const [start, end] of highlights) {
    const word = characters.slice(start, end).join('').toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return {
    words: highlights.length > 0 ? { place, score } : null,
    meaning: byMeaning ? { place, score: 0.62 } : null,
    fused: { place, score: Math.min(1, score / 8) },
    reranker: null,
    is_exact_name: false,
    matched: [...counts],
  };
}

/** As a reranker labels them: the worst of the order before answers best. */
export function judged(results: SearchResult[]): SearchResult[] {
  const strengths: Strength[] = ['weak', 'possible', 'strong'];
  return results.map((result, i) => ({ ...result, strength: strengths[Math.min(i, 2)] ?? 'weak' }));
}

function passagesOf(document: FakeDocument, fileId: number): Passage[] {
  return document.pages.flatMap((page, pageIndex) => {
    let line = 1;
    return page.map((text, index) => {
      const passage = { fileId, passageId: fileId * 1000 + pageIndex * 100 + index, page: pageIndex + 1, line, text };
      line += text.split('\n').length + 1;
      return passage;
    });
  });
}

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Character ranges of the words of `text` that begin with one of `words`. */
function ranges(text: string, words: string[]): [number, number][] {
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)]
    .filter((match) => words.some((word) => match[0].toLowerCase().startsWith(word)))
    .map((match) => {
      const begin = Array.from(text.slice(0, match.index)).length;
      return [begin, begin + Array.from(match[0]).length];
    });
}

/** How many different words were found. */
function distinct({ passage, found }: { passage: Passage; found: [number, number][] }): number {
  const characters = Array.from(passage.text);
  return new Set(found.map(([begin, end]) => characters.slice(begin, end).join('').toLowerCase())).size;
}
