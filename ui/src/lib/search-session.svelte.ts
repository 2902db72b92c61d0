/**
 * The search under way: what was typed, which rows are shown, which of them is chosen.
 * Owns the rhythm (typing, then a settled request after a pause), drops answers to older queries,
 * keeps old rows on screen until the first answer to the new query comes, and asks again when files
 * have changed.
 * Knows nothing of elements and keys; how rows merge is `refine.ts`.
 */
import type { Chip, Hint, IpcError, Notice, SearchResult, SearchUpdate, Stage, StageTimes } from '../host/bindings';
import { asIpcError, type Host, type RunningSearch } from '../host/host';
import { locale } from './language.svelte';
import { UNMEASURED } from './places';
import { refine, uniqueRows } from './refine';
import { withoutParts } from './scopes';
import { sorted, type Sort } from './sort';

/** The first key is asked for at once; those that follow within this time of it are one request. */
const BETWEEN_REQUESTS_MS = 30;
/** The stages in the order in which they refine a list. */
const STAGES: Stage[] = ['words', 'hybrid', 'reranked'];
/** After this much quiet the last word is taken as finished. */
const SETTLED_DELAY_MS = 350;
const RESULT_LIMIT = 50;
/** Each time the end of the list nears, so many times as many are asked for, up to a limit. */
const MORE_FACTOR = 4;
const MOST_RESULTS = 10_000;

/** What the list knows about the rows on screen, asked whenever they are about to move. */
export type OnScreen = {
  /** The row under the pointer. */
  underPointer: () => number | null;
  /** The rows that are visible or were scrolled past. */
  seen: () => number[];
  /** The row that is unfolded: what is below it would jump with it. */
  unfolded: () => number | null;
  /** How many rows can be seen at once. */
  nVisible: () => number;
};

/** A passage that the user wants more or less of. */
export type Judged = { passageId: number; name: string; isLiked: boolean };

const NOTHING_ON_SCREEN: OnScreen = {
  underPointer: () => null,
  seen: () => [],
  unfolded: () => null,
  nVisible: () => UNMEASURED,
};

export class SearchSession {
  /** What stands in the box. */
  query = $state('');
  rows = $state.raw<SearchResult[]>([]);
  /** The query that `rows` answer; differs from `query` until its first answer has come. */
  shownQuery = $state('');
  /** Milliseconds until each stage answered; null until it has. */
  wordsMs = $state<number | null>(null);
  hybridMs = $state<number | null>(null);
  /** Milliseconds that reranking took so far, and how many passages it has judged. */
  rerankedMs = $state<number | null>(null);
  nReranked = $state(0);
  /** What each stage took in the search that was told of last. */
  times = $state.raw<StageTimes | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** What was understood of `shownQuery`, and what could not be obeyed. */
  chips = $state.raw<Chip[]>([]);
  hints = $state.raw<Hint[]>([]);
  /** What the user said of results; another query begins without. */
  judged = $state.raw<Judged[]>([]);
  /** Words are not looked up; another query begins without. */
  byMeaning = $state(false);
  /** The order in which the rows are shown. */
  sort = $state<Sort>('best');
  error = $state.raw<IpcError | null>(null);
  selectedId = $state<number | null>(null);
  /** The last change reordered rows of the same query: they may glide. */
  refined = $state(false);
  /** Every stage has answered `shownQuery`; only then is it known that nothing was found. */
  complete = $state(false);
  /** The newest request failed, so nothing is under way. */
  failed = $state(false);
  /** How often rows were replaced because files had changed. */
  nRenewals = $state(0);

  #host: Host;
  #onScreen: OnScreen;
  /** How many rows are asked for; grows while one scrolls, for this query. */
  #limit = RESULT_LIMIT;
  /** How many the rows on screen could have been. */
  #shownLimit = $state(RESULT_LIMIT);
  /** How far the list on screen has come. */
  #stage: Stage = 'words';
  #running: RunningSearch | null = null;
  /** Counts requests; answers that carry an older number are stale. */
  #newest = 0;
  /** Files changed while a search was under way, which may not have seen it. */
  #changedMeanwhile = false;
  /** When the newest request was made. */
  #askedAt = -Infinity;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #settledTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, onScreen: OnScreen = NOTHING_ON_SCREEN) {
    this.#host = host;
    this.#onScreen = onScreen;
  }

  get selected(): SearchResult | null {
    return this.rows.find((row) => row.file_id === this.selectedId) ?? null;
  }

  /** The rows on screen answer what stands in the box. */
  get isCurrent(): boolean {
    return this.shownQuery === this.query.trim();
  }

  type(text: string): void {
    this.query = text;
    this.#limit = RESULT_LIMIT;
    this.judged = [];
    this.byMeaning = false;
    this.#stopTimers();
    if (text.trim() === '') {
      this.#reset();
      return;
    }
    const wait = this.#askedAt + BETWEEN_REQUESTS_MS - performance.now();
    if (wait <= 0) this.#request(true);
    else this.#typingTimer = setTimeout(() => this.#request(true), wait);
    this.#settledTimer = setTimeout(() => this.#request(false), SETTLED_DELAY_MS);
  }

  /** Asks at once for the results of what has been typed. */
  settle(): void {
    this.#stopTimers();
    if (this.query.trim() !== '') this.#request(false);
  }

  /** Files have changed: asks again for what is on screen. What is gone then disappears. */
  renew(): void {
    if (this.query.trim() === '') return;
    this.#changedMeanwhile = true;
    if (this.isCurrent && this.complete) this.#renew();
  }

  clear(): void {
    this.type('');
  }

  /** There may be more than the rows on screen. */
  get mayHaveMore(): boolean {
    return this.rows.length >= this.#shownLimit && this.#shownLimit < MOST_RESULTS;
  }

  /** The end of the list nears: asks for more rows. Those on screen keep their places. */
  more(): void {
    // After the few rows of typing, the settled request is on its way.
    const isSettled = this.complete && this.isCurrent && this.#shownLimit === this.#limit;
    if (!isSettled || !this.mayHaveMore) return;
    this.#limit = Math.min(MOST_RESULTS, this.#limit * MORE_FACTOR);
    this.#stopTimers();
    this.#ask(this.shownQuery, false, (update) => {
      if (!update.last) return;
      const shown = this.rows.map((row) => row.file_id);
      this.rows = refine(this.rows, this.#ordered(update.results), shown, this.#limit);
      this.#shownLimit = this.#limit;
      this.refined = true;
    });
  }

  /** Asks again for more, or less, of what a row shows. */
  judge(row: SearchResult, isLiked: boolean): void {
    if (row.passage_id === null) return;
    const passageId = row.passage_id;
    const others = this.judged.filter((one) => one.passageId !== passageId);
    this.judged = [...others, { passageId, name: row.name, isLiked }];
    this.#askAnew();
  }

  /** Takes back what was said of a row. */
  unjudge(passageId: number): void {
    this.judged = this.judged.filter((one) => one.passageId !== passageId);
    this.#askAnew();
  }

  /** Takes a part of the query out of it. */
  remove(chip: Chip): void {
    this.type(withoutParts(this.shownQuery, [chip.span]));
    this.settle();
  }

  /** Takes everything but plain words out of the query. */
  removeConditions(): void {
    this.type(withoutParts(this.shownQuery, this.chips.map((chip) => chip.span)));
    this.settle();
  }

  /** Asks the same again without looking up words. */
  searchByMeaning(): void {
    this.byMeaning = true;
    this.#askAnew();
  }

  /** Shows the results in another order; that of the ranking has to be asked for again. */
  sortBy(sort: Sort): void {
    this.sort = sort;
    if (this.rows.length === 0) return;
    if (sort === 'best') {
      this.#askAnew();
      return;
    }
    this.rows = sorted(this.rows, sort, locale());
    this.refined = true;
  }

  /** Moves the choice by some rows; above the first row there is none. */
  move(by: number): void {
    const at = this.rows.findIndex((row) => row.file_id === this.selectedId);
    if (at === 0 && by < 0) {
      this.selectedId = null;
      return;
    }
    // With nothing chosen, any step down begins at the first row.
    const target = at === -1 ? (by > 0 ? 0 : -1) : Math.min(this.rows.length - 1, at + by);
    if (target === -1 && at === -1) return;
    this.selectedId = this.rows[Math.max(0, target)]?.file_id ?? null;
  }

  select(fileId: number | null): void {
    this.selectedId = fileId;
  }

  dispose(): void {
    this.#stopTimers();
    this.#newest += 1;
    this.#running?.cancel();
  }

  #stopTimers(): void {
    clearTimeout(this.#typingTimer);
    clearTimeout(this.#settledTimer);
  }

  #reset(): void {
    this.#newest += 1;
    this.#running?.cancel();
    this.#running = null;
    this.rows = [];
    this.shownQuery = '';
    this.#forgetStages();
    this.notices = [];
    this.chips = [];
    this.hints = [];
    this.error = null;
    this.selectedId = null;
    this.refined = false;
    this.complete = false;
    this.failed = false;
  }

  #request(typing: boolean): void {
    const query = this.query.trim();
    const limit = this.#limitOf(typing);
    this.#ask(query, typing, (update) => {
      this.#shownLimit = limit;
      this.#receive(query, update);
    });
  }

  #renew(): void {
    this.#stopTimers();
    this.#changedMeanwhile = false;
    this.#ask(this.shownQuery, false, (update) => this.#replace(update));
  }

  /** The order will be another one: nothing on screen holds its place. */
  #askAnew(): void {
    if (!this.isCurrent) {
      this.settle();
      return;
    }
    this.#stopTimers();
    this.#stage = 'words';
    this.#ask(this.shownQuery, false, (update) => {
      if (!update.last) return;
      this.rows = this.#ordered(uniqueRows(update.results).slice(0, this.#limit));
      this.#shownLimit = this.#limit;
      this.selectedId = null;
      this.refined = true;
      this.#tell(update);
      this.#time(update);
    });
  }

  /** While one types, no more than fill the window: the others cost time before the first is seen. */
  #limitOf(typing: boolean): number {
    return typing ? Math.min(this.#limit, this.#onScreen.nVisible()) : this.#limit;
  }

  #ask(query: string, typing: boolean, receive: (update: SearchUpdate) => void): void {
    this.#running?.cancel();
    this.#askedAt = performance.now();
    this.#newest += 1;
    const mine = this.#newest;
    this.failed = false;
    const of = (isLiked: boolean) =>
      this.judged.filter((one) => one.isLiked === isLiked).map((one) => one.passageId);
    const limit = this.#limitOf(typing);
    const request = { query, limit, typing, like: of(true), unlike: of(false), by_meaning_only: this.byMeaning };
    this.#running = this.#host.search(request, (update) => {
      if (mine !== this.#newest) return;
      receive(update);
      // What is being typed will be asked for, and sees the change.
      if (update.last && this.#changedMeanwhile && this.isCurrent) this.#renew();
    });
    this.#running.done.catch((thrown: unknown) => {
      if (mine !== this.#newest) return;
      this.error = asIpcError(thrown);
      this.failed = true;
    });
  }

  /** Takes the whole answer at once: its first stage alone would only make rows jump. */
  #replace(update: SearchUpdate): void {
    if (!update.last) return;
    const found = new Set(update.results.map((row) => row.file_id));
    const remaining = this.rows.filter((row) => found.has(row.file_id));
    this.rows = refine(remaining, this.#ordered(update.results), this.#heldRows(update), this.#limit);
    this.#shownLimit = this.#limit;
    if (!this.selected) this.selectedId = null;
    this.refined = true;
    this.#tell(update);
    this.error = null;
    this.#time(update);
    this.nRenewals += 1;
  }

  /**
   * Rows that must not move: the chosen one, the one under the pointer, and when the order comes
   * late all that were seen.
   */
  #heldRows(update: SearchUpdate): number[] {
    const held = [this.selectedId, this.#onScreen.underPointer(), this.#onScreen.unfolded()].filter((id) => id !== null);
    return update.is_late ? [...held, ...this.#onScreen.seen()] : held;
  }

  #ordered(rows: readonly SearchResult[]): SearchResult[] {
    return sorted(rows, this.sort, locale());
  }

  /** Rows on screen that an update does not hold; only the best order tells where they belong. */
  #others(results: readonly SearchResult[]): SearchResult[] {
    if (this.sort === 'best') return [];
    const found = new Set(results.map((row) => row.file_id));
    return this.rows.filter((row) => !found.has(row.file_id));
  }

  #forgetStages(): void {
    this.wordsMs = this.hybridMs = this.rerankedMs = null;
    this.nReranked = 0;
    this.times = null;
    this.#stage = 'words';
  }

  #receive(query: string, update: SearchUpdate): void {
    const sameQuery = query === this.shownQuery;
    // The settled request repeats the first stages; rows already in a better order would only
    // jump back and forth.
    const isStepBack = STAGES.indexOf(update.stage) < STAGES.indexOf(this.#stage);
    if (sameQuery && isStepBack && !update.last) return;

    if (sameQuery) {
      const incoming = this.#ordered([...update.results, ...this.#others(update.results)]);
      this.rows = refine(this.rows, incoming, this.#heldRows(update), this.#limit);
    } else {
      this.rows = this.#ordered(uniqueRows(update.results).slice(0, RESULT_LIMIT));
      this.selectedId = null;
      this.#forgetStages();
      this.complete = false;
      this.shownQuery = query;
    }
    this.complete ||= update.last;
    this.refined = sameQuery;
    this.#tell(update);
    this.error = null;
    this.#time(update);
  }

  #tell(update: SearchUpdate): void {
    this.notices = update.notices;
    this.chips = update.chips;
    this.hints = update.hints;
  }

  #time(update: SearchUpdate): void {
    this.#stage = update.stage;
    this.times = update.times;
    if (update.stage === 'words') this.wordsMs = update.elapsed_ms;
    else if (update.stage === 'hybrid') this.hybridMs = update.elapsed_ms;
    else {
      this.rerankedMs = update.rerank_ms;
      this.nReranked = update.n_reranked;
    }
  }
}
