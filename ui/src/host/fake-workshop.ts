/**
 * The fake host's models, settings and earlier searches, in memory.
 * Owns answers that are the same every time. Knows nothing of the window, nor of documents.
 */
import type {
  About,
  Connection,
  Fetching,
  IpcError,
  Machine,
  Model,
  Models,
  NewerVersion,
  SavedSearch,
  Setting,
  Settings,
} from './bindings';
import type { Workshop } from './host';

const MODEL: Model = {
  id: '',
  kind: 'reranker',
  licence: 'Apache-2.0',
  needs_acceptance: false,
  good_for: '',
  n_bytes: 0,
  is_installed: false,
  ships: false,
  n_partial_bytes: 0,
};

const MODELS: Model[] = [
  {
    ...MODEL,
    id: 'all-minilm-l6-v2-int8',
    kind: 'embedding',
    good_for: 'English; small and quick on any processor; ships with the program',
    n_bytes: 23_500_000,
    is_installed: true,
    ships: true,
  },
  {
    ...MODEL,
    id: 'zerank-2',
    licence: 'CC-BY-NC-4.0',
    needs_acceptance: true,
    good_for: 'the best order of results; needs a graphics card with 12 GB',
    n_bytes: 8_050_000_000,
    n_partial_bytes: 3_100_000_000,
  },
  {
    ...MODEL,
    id: 'ms-marco-minilm-l6',
    good_for: 'English in a good order without a graphics card',
    n_bytes: 91_000_000,
    is_installed: true,
  },
  {
    ...MODEL,
    id: 'pp-ocrv5',
    kind: 'text_reader',
    good_for: 'text in pictures and on scanned pages: Latin letters, Chinese, Japanese; ships with the program',
    n_bytes: 21_000_000,
    is_installed: true,
    ships: true,
  },
];

export type WorkshopOptions = {
  connections?: Connection[];
  searches?: string[];
  saved?: SavedSearch[];
  /** How long each tenth of a model takes to arrive. */
  stepMs?: number;
  /** Settings that an administrator has set. */
  locked?: string[];
  /** Where he has models fetched from. */
  modelsFrom?: string;
};

export class FakeWorkshop implements Workshop {
  /** Set to make every command fail with it. */
  failure: IpcError | null = null;
  /** What was noted as an answer, for tests to read. */
  readonly answers: [string, number][] = [];
  /** What was written, for tests to read. */
  readonly written: [string, Setting][] = [];

  #models = MODELS.map((model) => ({ ...model }));
  #settings: Settings = {
    meaning: true,
    read_pictures: true,
    pause_on_battery: true,
    pause_above_load_percent: 80,
    pause_after_typing_seconds: 3,
    max_file_mib: 512,
    ask_above_files: 1000,
    keep_history: true,
    never_connect: false,
    tray: true,
    close_to_tray: false,
    lacks_tray: false,
    start_at_login: false,
    notify_when_read: false,
    shortcut: '',
    takes_keys: true,
    locked: [],
    policy: null,
    toggle_command: '/usr/bin/nuthatch-desktop --toggle',
    file: '/home/robin/.local/share/nuthatch/settings.toml',
  };
  #looksForUpdates = false;
  #newer: NewerVersion | null = null;
  /** How often a newer version was installed. */
  nInstalled = 0;
  #reranker = 'auto';
  #generator = 'auto';
  #embedding = 'auto';
  #budgetMs = 200;
  #connections: Connection[];
  #searches: string[];
  #saved: SavedSearch[];
  #stepMs: number;
  #modelsFrom: string | null;
  #stopped = false;

  constructor({ connections = [], searches = [], saved = [], stepMs = 40, locked = [], modelsFrom }: WorkshopOptions = {}) {
    const isOffline = locked.includes('never_connect');
    if (locked.length > 0) {
      this.#settings = { ...this.#settings, locked, never_connect: isOffline, policy: '/etc/nuthatch/policy.toml' };
    }
    this.#modelsFrom = modelsFrom ?? null;
    this.#connections = connections;
    this.#searches = searches;
    this.#saved = saved;
    this.#stepMs = stepMs;
  }

  protected mayFail(): void {
    if (this.failure) throw this.failure;
  }

  async noteSearch(query: string): Promise<void> {
    if (!this.#settings.keep_history) return;
    this.#searches = [query, ...this.#searches.filter((one) => one !== query)];
  }

  async earlierSearches(part: string, limit: number): Promise<string[]> {
    return this.#searches.filter((query) => query.includes(part)).slice(0, limit);
  }

  async forgetSearches(query: string | null): Promise<void> {
    this.mayFail();
    this.#searches = query === null ? [] : this.#searches.filter((one) => one !== query);
  }

  async savedSearches(): Promise<SavedSearch[]> {
    return this.#saved;
  }

  async saveSearch(name: string, query: string): Promise<void> {
    this.mayFail();
    const saved = { name: name || query, query };
    this.#saved = [...this.#saved.filter((one) => one.name !== saved.name), saved];
  }

  async dropSavedSearch(name: string): Promise<void> {
    this.#saved = this.#saved.filter((one) => one.name !== name);
  }

  async addAnswer(query: string, fileId: number): Promise<void> {
    this.mayFail();
    this.answers.push([query, fileId]);
  }

  async settings(): Promise<Settings> {
    this.mayFail();
    return this.#settings;
  }

  async saveReport(): Promise<string | null> {
    this.mayFail();
    return '/home/robin/nuthatch-report.txt';
  }

  async writeSetting(key: string, value: Setting): Promise<void> {
    this.mayFail();
    if (this.#settings.locked.includes(key)) {
      throw { code: 'refused', message: `${key} is set by your administrator`, hint: null } satisfies IpcError;
    }
    this.written.push([key, value]);
    if (key === 'reranker') this.#reranker = String(value);
    else if (key === 'generator') this.#generator = String(value);
    else if (key === 'embedding') this.#embedding = String(value);
    else if (key === 'rerank_budget_ms') this.#budgetMs = Number(value);
    else if (key === 'look_for_updates') this.#looksForUpdates = value === true;
    else this.#settings = { ...this.#settings, [key]: value };
  }

  async models(): Promise<Models> {
    this.mayFail();
    return {
      models: this.#models.map((model) => ({ ...model })),
      reranker: this.#reranker,
      generator: this.#generator,
      chat_server: '127.0.0.1:11434 some-model',
      embedding: this.#embedding,
      rerank_budget_ms: this.#budgetMs,
      place: '/home/robin/.local/share/nuthatch/models',
      from: this.#modelsFrom,
    };
  }

  async getModel(id: string, acceptsLicence: boolean, onProgress: (now: Fetching) => void): Promise<boolean> {
    const model = this.#model(id);
    if (this.#settings.never_connect) {
      const refused: IpcError = {
        code: 'refused',
        message: `${id} was not fetched: the settings say never to connect.`,
        hint: 'Allow connections in the settings, or import the model from a folder.',
      };
      throw refused;
    }
    this.#mustAccept(model, acceptsLicence);
    const to = `hub.example/${id}/model.safetensors`;
    this.#connections = [{ at_ms: Date.parse('2026-11-20T09:30:00'), to, answer: '200' }, ...this.#connections];
    this.#stopped = false;
    const total = model.n_bytes ?? 1;
    for (let tenth = 1; tenth <= 10; tenth += 1) {
      onProgress({ file: 'model.safetensors', i_file: 1, n_files: 1, n_bytes: (total * tenth) / 10, n_bytes_total: total });
      await new Promise((resolve) => setTimeout(resolve, this.#stepMs));
      model.n_partial_bytes = (total * tenth) / 10;
      if (this.#stopped) return false;
    }
    model.is_installed = true;
    model.n_partial_bytes = 0;
    return true;
  }

  async stopFetching(): Promise<void> {
    this.#stopped = true;
  }

  async importModel(id: string, acceptsLicence: boolean): Promise<boolean> {
    const model = this.#model(id);
    this.#mustAccept(model, acceptsLicence);
    model.is_installed = true;
    return true;
  }

  async checkModel(id: string): Promise<void> {
    this.#model(id);
  }

  async removeModel(id: string): Promise<number> {
    const model = this.#model(id);
    model.is_installed = false;
    return model.n_bytes ?? 0;
  }

  async diagnose(): Promise<Machine> {
    this.mayFail();
    const running = { id: 'ms-marco-minilm-l6', device: 'AMD Ryzen 7, 8 cores' };
    return {
      trials: [{ running, tokens_per_second: 15_000, seconds_per_passage: 0.0167, problem: null }],
      uses: [running],
      problems: [],
    };
  }

  async connections(): Promise<Connection[]> {
    this.mayFail();
    return this.#connections;
  }

  async about(): Promise<About> {
    this.mayFail();
    const notices = 'svelte 5.57.3\n\nPermission is hereby granted, free of charge, …';
    return { version: '0.1.0', notices, knows_updates: true, looks_for_updates: this.#looksForUpdates, newer: this.#newer };
  }

  async lookForUpdate(): Promise<NewerVersion | null> {
    this.mayFail();
    if (this.#settings.never_connect) {
      const message = 'No connection was made: the settings forbid every one (never_connect)';
      throw { code: 'refused', message, hint: 'Turn the setting off on the page of connections first' } satisfies IpcError;
    }
    this.#newer = { version: '0.2.0', notes: 'Reads mail archives.' };
    return this.#newer;
  }

  async installUpdate(): Promise<void> {
    this.mayFail();
    this.nInstalled += 1;
  }

  #model(id: string): Model {
    this.mayFail();
    const found = this.#models.find((model) => model.id === id);
    if (!found) throw new Error(`there is no model ${id}`);
    return found;
  }

  #mustAccept(model: Model, acceptsLicence: boolean): void {
    if (!model.needs_acceptance || acceptsLicence) return;
    const refused: IpcError = { code: 'refused', message: 'The licence was not accepted.', hint: null };
    throw refused;
  }
}
