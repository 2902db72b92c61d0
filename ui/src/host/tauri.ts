/**
 * The host inside the desktop program: each method is one command of the Rust side.
 * The only file that imports tauri. Knows nothing of how the window looks.
 * Command names and argument names must match `src-tauri`; a command also needs its permission there.
 */
import { Channel, invoke, type InvokeArgs } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type {
  About,
  AnswerUpdate,
  Connection,
  Fetching,
  FilePage,
  FoundPassage,
  LibraryStatus,
  Machine,
  Models,
  NewerVersion,
  Preview,
  Progress,
  RuleEffect,
  SavedSearch,
  SearchUpdate,
  Settings,
  SuggestedFolder,
  Why,
} from './bindings';
import { asIpcError, type Host, type PageView, type Unsubscribe } from './host';

/** Tells a newer search from an older one, also when the page was loaded again. */
let searchNumber = Date.now();

async function call<T>(command: string, args?: InvokeArgs): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw asIpcError(thrown);
  }
}

function onEvent<T>(name: string, listener: (payload: T) => void): Unsubscribe {
  const stop = listen<T>(name, (event) => listener(event.payload));
  return () => {
    void stop.then((unlisten) => unlisten());
  };
}

/** A channel for a call that tells how far it is. */
function telling<T>(listener: (now: T) => void): Channel<T> {
  const channel = new Channel<T>();
  channel.onmessage = listener;
  return channel;
}

/** The length of the head, the head, and the pixels; empty for no picture. */
function asPageView(bytes: ArrayBuffer): PageView | null {
  if (bytes.byteLength === 0) return null;
  const length = new DataView(bytes).getUint32(0, true);
  const head = new TextDecoder().decode(new Uint8Array(bytes, 4, length));
  const described = JSON.parse(head) as Omit<PageView, 'pixels'>;
  return { ...described, pixels: new Uint8Array(bytes, 4 + length) };
}

/** The window's name, as tauri has it. */
const label = (window as { __TAURI_INTERNALS__?: { metadata?: { currentWindow?: { label?: string } } } })
  .__TAURI_INTERNALS__?.metadata?.currentWindow?.label;

export const tauriHost: Host = {
  view: label === 'launcher' ? 'launcher' : 'main',
  speak: (words) => call<void>('speak', { words }),
  hideLauncher: () => call<void>('hide_launcher'),
  searchInWindow: (query) => call<void>('search_in_window', { query }),

  search(request, onUpdate) {
    let cancelled = false;
    searchNumber += 1;
    const channel = new Channel<SearchUpdate>();
    channel.onmessage = (update) => {
      if (!cancelled) onUpdate(update);
    };
    return {
      // The Rust side stops an older search by itself when a newer one comes.
      cancel: () => {
        cancelled = true;
      },
      done: call<void>('search', { request, number: searchNumber, onUpdate: channel }),
    };
  },

  ask(question, onUpdate) {
    let cancelled = false;
    searchNumber += 1;
    const number = searchNumber;
    const channel = telling<AnswerUpdate>((update) => {
      if (!cancelled) onUpdate(update);
    });
    return {
      cancel: () => {
        cancelled = true;
        // A newer question stops it by itself; this one may be the last.
        void call<void>('stop_answer', { number }).catch(() => {});
      },
      done: call<void>('ask', { question, number, onUpdate: channel }),
    };
  },

  status: () => call<LibraryStatus>('status'),

  onProgress(listener) {
    let subscribed = true;
    const channel = new Channel<Progress>();
    channel.onmessage = (progress) => {
      if (subscribed) listener(progress);
    };
    // Without progress the window still works, so a refusal is not worth a message.
    call<void>('subscribe_progress', { onProgress: channel }).catch(() => {});
    return () => {
      subscribed = false;
    };
  },

  onLibraryChanged: (listener) => onEvent('library-changed', listener),
  onAsked(listener) {
    const take = () => {
      call<string | null>('asked').then((query) => query !== null && listener(query), () => {});
    };
    // The first start asks before the page is there.
    take();
    return onEvent('asked', take);
  },
  onDropped: (listener) =>
    onEvent<{ paths: string[] }>('tauri://drag-drop', ({ paths }) => listener(paths)),
  suggestedFolders: () => call<SuggestedFolder[]>('suggested_folders'),

  pickFolder: () => call<string | null>('pick_folder'),
  addFolder: (path) => call<void>('add_folder', { path }),
  removeFolder: (path) => call<void>('remove_folder', { path }),
  answerFolder: (path, read) => call<void>('answer_folder', { path, read }),
  pause: (untilMs) => call<void>('pause', { untilMs }),
  resume: () => call<void>('resume'),
  preview: (fileId, passageId, query) => call<Preview>('preview', { fileId, passageId, query }),
  previewPage: (fileId, page, query) => call<Preview>('preview_page', { fileId, page, query }),
  passagesIn: (fileId, query) => call<FoundPassage[]>('passages_in', { fileId, query }),
  openFile: (fileId, page) => call<boolean>('open_file', { fileId, page }),
  fileAddress: (fileId) => call<string | null>('file_address', { fileId }),
  revealFile: (fileId) => call<void>('reveal_file', { fileId }),
  why: (path) => call<Why>('why', { path }),
  files: (state, after, limit) => call<FilePage>('files', { state, after, limit }),
  forgetFile: (fileId) => call<void>('forget_file', { fileId }),
  admit: (path) => call<void>('admit', { path }),
  tryRule: (folder, line) => call<RuleEffect>('try_rule', { folder, line }),
  addRule: (folder, line) => call<void>('add_rule', { folder, line }),
  pageView: async (fileId, page, passageId) =>
    asPageView(await call<ArrayBuffer>('page_view', { fileId, page, passageId })),

  noteSearch: (query) => call<void>('note_search', { query }),
  earlierSearches: (part, limit) => call<string[]>('searches', { part, limit }),
  forgetSearches: (query) => call<void>('forget_searches', { query }),
  savedSearches: () => call<SavedSearch[]>('saved_searches'),
  saveSearch: (name, query) => call<void>('save_search', { name, query }),
  dropSavedSearch: (name) => call<void>('drop_saved_search', { name }),
  addAnswer: (query, fileId) => call<void>('add_answer', { query, fileId }),

  settings: () => call<Settings>('settings'),
  writeSetting: (key, value) => call<void>('write_setting', { key, value }),
  saveReport: () => call<string | null>('save_report'),

  models: () => call<Models>('models'),
  getModel: (id, acceptsLicence, onProgress) =>
    call<boolean>('get_model', { id, acceptsLicence, onProgress: telling<Fetching>(onProgress) }),
  stopFetching: () => call<void>('stop_fetching'),
  importModel: (id, acceptsLicence, onProgress) =>
    call<boolean>('import_model', { id, acceptsLicence, onProgress: telling<Fetching>(onProgress) }),
  checkModel: (id) => call<void>('check_model', { id }),
  removeModel: (id) => call<number>('remove_model', { id }),
  diagnose: () => call<Machine>('diagnose'),
  connections: () => call<Connection[]>('connections'),
  about: () => call<About>('about'),
  lookForUpdate: () => call<NewerVersion | null>('look_for_update'),
  installUpdate: () => call<void>('install_update'),
};
