/**
 * The models as the window shows them, and the one that is being fetched.
 * Owns what is under way, so that it goes on, and is shown, while another page is open. Knows nothing of
 * elements.
 */
import type { Fetching, IpcError, Machine, Model, Models, Settings } from '../host/bindings';
import { asIpcError, type Host } from '../host/host';
import { byteSize } from './format';
import { strings } from './strings';

export class ModelsSession {
  found = $state.raw<Models | null>(null);
  settings = $state.raw<Settings | null>(null);
  /** The model that is being fetched or imported, and how far that is. */
  busyId = $state<string | null>(null);
  fetching = $state.raw<Fetching | null>(null);
  /** What came of the last act on a model. */
  told = $state.raw<{ id: string; text: string } | null>(null);
  error = $state.raw<{ id: string | null; error: IpcError } | null>(null);
  machine = $state.raw<Machine | null>(null);
  asking = $state(false);

  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    try {
      [this.found, this.settings] = await Promise.all([this.#host.models(), this.#host.settings()]);
    } catch (thrown) {
      this.error = { id: null, error: asIpcError(thrown) };
    }
  }

  /** Nothing may be fetched. */
  get isOffline(): boolean {
    return this.settings?.never_connect ?? false;
  }

  /** An administrator has set it. */
  isLocked(setting: string): boolean {
    return this.settings?.locked.includes(setting) ?? false;
  }

  get(model: Model, accepts: boolean): Promise<void> {
    return this.#install(model, (told) => this.#host.getModel(model.id, accepts, told));
  }

  import(model: Model, accepts: boolean): Promise<void> {
    return this.#install(model, (told) => this.#host.importModel(model.id, accepts, told));
  }

  stop(): void {
    void this.#host.stopFetching();
  }

  check(model: Model): Promise<void> {
    return this.#act(model.id, async () => {
      await this.#host.checkModel(model.id);
      return strings.modelSound;
    });
  }

  remove(model: Model): Promise<void> {
    return this.#act(model.id, async () => {
      const freed = await this.#host.removeModel(model.id);
      return strings.modelRemoved(byteSize(freed));
    });
  }

  /** Which reranker is used. */
  choose(reranker: string): Promise<void> {
    return this.#write('reranker', reranker);
  }

  /** What writes answers. */
  chooseGenerator(generator: string): Promise<void> {
    return this.#write('generator', generator);
  }

  /** By which model passages are found by meaning, from the next start on. */
  chooseEmbedding(embedding: string): Promise<void> {
    return this.#write('embedding', embedding);
  }

  allow(budgetMs: number): Promise<void> {
    return this.#write('rerank_budget_ms', budgetMs);
  }

  async diagnose(): Promise<void> {
    this.asking = true;
    try {
      this.machine = await this.#host.diagnose();
    } catch (thrown) {
      this.error = { id: null, error: asIpcError(thrown) };
    } finally {
      this.asking = false;
    }
  }

  /** Passages of usual length that the chosen reranker judges within a time; null before it was tried. */
  passagesWithin(ms: number): number | null {
    const used = this.machine?.uses[0]?.id;
    const trial = this.machine?.trials.find((one) => one.running.id === used);
    return trial?.seconds_per_passage ? Math.floor(ms / 1000 / trial.seconds_per_passage) : null;
  }

  async #write(key: string, value: string | number): Promise<void> {
    try {
      await this.#host.writeSetting(key, value);
    } catch (thrown) {
      this.error = { id: null, error: asIpcError(thrown) };
    }
    await this.load();
  }

  #install(model: Model, run: (told: (now: Fetching) => void) => Promise<boolean>): Promise<void> {
    return this.#act(model.id, async () => {
      const isThere = await run((now) => (this.fetching = now));
      if (!isThere) return strings.modelStopped;
      return model.kind === 'embedding' ? strings.modelFetchedForMeaning : strings.modelFetched;
    });
  }

  async #act(id: string, run: () => Promise<string>): Promise<void> {
    if (this.busyId !== null) return;
    this.busyId = id;
    this.told = null;
    this.error = null;
    try {
      const text = await run();
      this.told = { id, text };
    } catch (thrown) {
      this.error = { id, error: asIpcError(thrown) };
    } finally {
      this.busyId = null;
      this.fetching = null;
    }
    await this.load();
  }
}
