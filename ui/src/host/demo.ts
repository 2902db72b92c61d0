/**
 * Puts the page into a given state (`?demo=results` and so on) when it runs without the program,
 * so that a state can be looked at. Acts through the window like a user; only the fake host uses it.
 */
import { FakeHost, type FakeOptions } from './fake';

const MODEL_MISSING = {
  message: 'Results are found by word only: the meaning model is not installed.',
  hint: 'Put the model into the models folder and start Nuthatch again.',
};

const OPTIONS: Record<string, FakeOptions> = {
  welcome: { folders: [] },
  notice: { notices: [MODEL_MISSING] },
  reranked: { reranked: [{ ms: 190, isLate: false }] },
  library: { waiting: 3, notices: [MODEL_MISSING] },
  empty: { waiting: 3 },
  progress: {
    waiting: 6796,
    progress: {
      phase: 'reading',
      n_done: 1204,
      n_total: 8000,
      n_to_embed: 5200,
      n_to_recognise: 0,
      files_per_second: 37.6,
      seconds_left: 181,
      current: 'rental-agreement-2023.pdf',
    },
  },
};

const SCRIPTS: Record<string, () => Promise<void>> = {
  results: () => type('notice period'),
  progress: () => type('notice period'),
  reranked: () => type('notice period'),
  notice: () => type('notice period'),
  empty: () => type('zyzzyva'),
  library: () => click('library-button'),
  preview: async () => {
    await type('notice period');
    await click('result');
  },
};

export function demoHost(name: string | null): FakeHost {
  const script = SCRIPTS[name ?? ''];
  if (script) void script();
  return new FakeHost(OPTIONS[name ?? ''] ?? {});
}

async function type(text: string): Promise<void> {
  const box = (await appearance('query')) as HTMLInputElement;
  box.value = text;
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

async function click(testId: string): Promise<void> {
  (await appearance(testId)).click();
}

/** Waits until an element is there. */
async function appearance(testId: string): Promise<HTMLElement> {
  for (;;) {
    const element = document.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
    if (element) return element;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
