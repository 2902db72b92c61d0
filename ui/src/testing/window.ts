/**
 * Draws the whole window for a test and names what a user sees in it.
 * Owns the way tests reach elements; knows nothing of how the window works inside.
 */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import App from '../App.svelte';
import type { SearchRequest, SearchResult, SearchUpdate } from '../host/bindings';
import { FakeHost, type FakeOptions } from '../host/fake';
import type { RunningSearch } from '../host/host';

// jsdom has no layout, so nothing in it ever has another size.
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

export function openWindow<T extends FakeHost>(host: T): T {
  render(App, { props: { host } });
  return host;
}

export const box = () => screen.getByTestId('query') as HTMLInputElement;
export const rows = () => screen.queryAllByTestId('result');
export const names = () => rows().map((row) => row.dataset.path?.split('/').pop());
export const chosen = () => rows().findIndex((row) => row.getAttribute('aria-selected') === 'true');

export async function type(text: string): Promise<void> {
  box().setSelectionRange(0, box().value.length);
  await fireEvent.input(box(), { target: { value: text } });
}

/** Types and waits until both stages have answered. */
export async function searchFor(text: string): Promise<void> {
  await type(text);
  await waitFor(() => {
    if (!screen.getByTestId('stages').textContent?.includes('meaning')) throw new Error('waiting');
  });
}

export async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  await fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
}

/** A host whose searches answer only when the test says so. */
export class ScriptedHost extends FakeHost {
  readonly searches: { request: SearchRequest; send: (update: Partial<SearchUpdate>) => void }[] = [];

  constructor(options: FakeOptions = {}) {
    super(options);
  }

  override search(request: SearchRequest, onUpdate: (update: SearchUpdate) => void): RunningSearch {
    this.searches.push({
      request,
      send: (update) =>
        onUpdate({
          stage: 'words',
          results: [],
          notices: [],
          chips: [],
          hints: [],
          elapsed_ms: 3,
          n_reranked: 0,
          rerank_ms: null,
          times: noTimes,
          is_late: false,
          last: false,
          ...update,
        }),
    });
    // Deliberately deaf to `cancel`: a late answer must be recognised as stale by the window.
    return { cancel: () => {}, done: new Promise(() => {}) };
  }
}

/** The times of a search that took none. */
const noTimes = {
  words_ms: null,
  embed_ms: null,
  vectors_ms: null,
  rerank_ms: null,
  show_ms: 0,
  sentences_ms: null,
  total_ms: 0,
};

export function result(fileId: number, more: Partial<SearchResult> = {}): SearchResult {
  return {
    file_id: fileId,
    passage_id: fileId,
    path: `/files/${fileId}.txt`,
    name: `${fileId}.txt`,
    folder: '/files',
    kind: 'txt',
    title: null,
    modified_ms: 0,
    page: null,
    unit: 'page',
    label: null,
    confidence: null,
    line: 1,
    passage: `passage of ${fileId}`,
    highlights: [],
    sentence: null,
    reasons: { words: null, meaning: null, fused: null, reranker: null, is_exact_name: false, matched: [] },
    strength: null,
    score: 1,
    n_passages: 1,
    n_copies: 0,
    older: [],
    away: false,
    ...more,
  };
}
