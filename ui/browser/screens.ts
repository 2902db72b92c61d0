/**
 * Every screen of the window, each with the way to it.
 * Owns the list: what is here is looked at by the tests of access and by `npm run screenshots`.
 */
import { expect, type NuthatchPage } from './page';

export type Screen = { name: string; show: (nuthatch: NuthatchPage) => Promise<void> };

/** A state of the fake host, reached when an element is there. */
function state(name: string, demo: string, testId: string): Screen {
  return {
    name,
    show: async (nuthatch) => {
      await nuthatch.open(demo);
      await expect(nuthatch.page.getByTestId(testId).first()).toBeVisible();
    },
  };
}

export const SCREENS: Screen[] = [
  state('welcome', 'welcome', 'welcome'),
  state('ready', '', 'ready'),
  {
    name: 'results',
    show: async (nuthatch) => {
      await nuthatch.open('reranked');
      await nuthatch.box.fill('notice period');
      await expect(nuthatch.page.getByTestId('stages')).toContainText('reranked');
      await nuthatch.press('ArrowDown');
    },
  },
  {
    name: 'conditions',
    show: async (nuthatch) => {
      await nuthatch.open();
      await nuthatch.searchFor('period type:pdf -dog');
      await expect(nuthatch.page.getByTestId('query-parts')).toBeVisible();
    },
  },
  {
    name: 'preview',
    show: async (nuthatch) => {
      await nuthatch.open('preview');
      await expect(nuthatch.page.getByTestId('preview-text')).toBeVisible();
    },
  },
  state('nothing-found', 'empty', 'nothing-found'),
  state('notice', 'notice', 'result'),
  state('progress', 'progress', 'progress'),
  state('pause-menu', 'pausing', 'pause-menu'),
  state('paused', 'paused', 'progress'),
  state('library', 'library', 'library'),
  state('left-out-folder', 'held', 'held-back'),
];
