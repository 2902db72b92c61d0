/**
 * Puts the page into a given state (`?demo=results` and so on) when it runs without the program,
 * so that a state can be looked at. Acts through the window like a user; only the fake host uses it.
 */
import type { HoldReason, Progress } from './bindings';
import { FakeHost, type FakeOptions } from './fake';
import { fakeDocuments, type FakeDocument } from './fake-documents';
import { documentsOfKinds } from './fake-kinds';

const MODEL_MISSING = {
  message: 'Search by meaning is off: model.onnx is missing',
  hint: 'Word search is complete. Install Nuthatch again to get it; in a checkout, run cargo xtask setup',
};

/** One of very many. */
function letter(n: number): FakeDocument {
  return {
    folder: `/home/robin/Letters/${2000 + (n % 25)}`,
    name: `letter ${n + 1}.txt`,
    title: null,
    modified: `${2000 + (n % 25)}-03-01`,
    paged: false,
    copies: 0,
    about: '',
    pages: [[`Letter ${n + 1}: the notice period is ${n + 2} weeks.`]],
  };
}

/** Reading that waits. */
function held(reason: HoldReason | null, until_ms: number | null): Progress {
  return {
    phase: 'reading',
    n_done: 3,
    n_total: 210,
    n_to_embed: 0,
    n_to_recognise: 0,
    files_per_second: 0,
    seconds_left: null,
    current: 'report.pdf',
    hold: reason && { reason, until_ms },
  };
}

const OPTIONS: Record<string, FakeOptions> = {
  welcome: { folders: [] },
  history: {
    searches: ['notice period type:pdf', 'plum cake', '京都'],
    saved: [{ name: 'contracts', query: 'contract type:pdf folder:Contracts' }],
  },
  connected: {
    connections: [
      { at_ms: Date.parse('2026-11-20T09:30:00'), to: 'hub.example/zerank-2/model.safetensors', answer: '200' },
      { at_ms: Date.parse('2026-11-20T09:29:00'), to: 'hub.example/zerank-2/config.json', answer: 'failed' },
    ],
  },
  fetching: { stepMs: 4000 },
  managed: {
    locked: ['max_file_mib', 'never_connect', 'shortcut', 'reranker', 'generator', 'embedding', 'rerank_budget_ms', 'look_for_updates'],
    given: '/home/robin/Documents',
    onlyBelow: ['/srv', '/home/robin'],
  },
  mirrored: { locked: ['look_for_updates'], modelsFrom: 'models.example.org', onlyBelow: [] },
  bounded: { locked: ['keep_history'], folders: [], onlyBelow: [] },
  forgotten: { leftOut: ['/home/robin/Documents/Private/diary.odt'] },
  notice: { notices: [MODEL_MISSING] },
  reranked: { reranked: [{ ms: 190, isLate: false }] },
  stream: { reranked: Array.from({ length: 400 }, (_, i) => ({ ms: 120 + 50 * i, isLate: false })) },
  kinds: { documents: [...fakeDocuments, ...documentsOfKinds] },
  library: { waiting: 3, notices: [MODEL_MISSING] },
  launcher: { view: 'launcher' },
  plain: { opensAtPage: false },
  nodrag: { dragsNothing: true },
  late: { reranked: [{ ms: 900, isLate: true }] },
  writer: { writer: 'qwen3-4b-instruct' },
  many: { documents: Array.from({ length: 10_000 }, (_, n) => letter(n)) },
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
      hold: null,
    },
  },
  held: {
    folders: [
      {
        path: '/home/robin',
        away: false,
        n_files: 812,
        followed: 'watched',
        looked_at_ms: Date.now(),
        is_given: false,
        held_back: [
          {
            path: '/home/robin/code/shop/node_modules',
            name: 'node_modules',
            looks: 'packages that a program needs',
            n_files: 95_000,
          },
        ],
      },
    ],
  },
  paused: { progress: held('paused', new Date().setHours(15, 40, 0, 0)) },
  battery: { progress: held('battery', null) },
  pausing: { progress: held(null, null) },
};

const SCRIPTS: Record<string, () => Promise<void>> = {
  results: () => type('notice period'),
  progress: () => type('notice period'),
  reranked: () => type('notice period'),
  notice: () => type('notice period'),
  empty: () => type('zyzzyva'),
  library: () => click('library-button'),
  held: () => click('library-button'),
  pausing: () => click('pause-button'),
  preview: async () => {
    await type('notice period');
    // By its name: the order is another one once meaning has been looked up.
    await click('result', '[data-path*=rental]');
  },
};

export function demoHost(name: string | null): FakeHost {
  const script = SCRIPTS[name ?? ''];
  if (script) void script();
  const host = new FakeHost(OPTIONS[name ?? ''] ?? {});
  // Browser tests act behind the user's back through it.
  Object.assign(window, { nuthatchHost: host });
  return host;
}

async function type(text: string): Promise<void> {
  const box = (await appearance('query')) as HTMLInputElement;
  box.value = text;
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

async function click(testId: string, which = ''): Promise<void> {
  (await appearance(testId, which)).click();
}

/** Waits until an element is there. */
async function appearance(testId: string, which = ''): Promise<HTMLElement> {
  for (;;) {
    const element = document.querySelector<HTMLElement>(`[data-testid="${testId}"]${which}`);
    if (element) return element;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
