/**
 * The host inside the desktop program: each method is one command of the Rust side.
 * The only file that imports tauri. Knows nothing of how the window looks.
 * Command names and argument names must match `src-tauri`; a command also needs its permission there.
 */
import { Channel, invoke, type InvokeArgs } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { LibraryStatus, Preview, Progress, SearchUpdate, Why } from './bindings';
import { asIpcError, type Host } from './host';

/** Tells a newer search from an older one, also when the page was loaded again. */
let searchNumber = Date.now();

async function call<T>(command: string, args?: InvokeArgs): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw asIpcError(thrown);
  }
}

export const tauriHost: Host = {
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

  onLibraryChanged(listener) {
    const stop = listen('library-changed', () => listener());
    return () => {
      void stop.then((unlisten) => unlisten());
    };
  },

  pickFolder: () => call<string | null>('pick_folder'),
  addFolder: (path) => call<void>('add_folder', { path }),
  removeFolder: (path) => call<void>('remove_folder', { path }),
  answerFolder: (path, read) => call<void>('answer_folder', { path, read }),
  pause: (untilMs) => call<void>('pause', { untilMs }),
  resume: () => call<void>('resume'),
  preview: (fileId, passageId, query) => call<Preview>('preview', { fileId, passageId, query }),
  previewPage: (fileId, page, query) => call<Preview>('preview_page', { fileId, page, query }),
  openFile: (fileId) => call<void>('open_file', { fileId }),
  revealFile: (fileId) => call<void>('reveal_file', { fileId }),
  why: (path) => call<Why>('why', { path }),
};
