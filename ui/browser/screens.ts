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

/** A page beside the search. */
function page(name: string, tab: string, demo: string, testId: string): Screen {
  return {
    name,
    show: async (nuthatch) => {
      await nuthatch.open(demo);
      await nuthatch.page.getByTestId('library-button').click();
      await nuthatch.page.getByTestId(`tab-${tab}`).click();
      await expect(nuthatch.page.getByTestId(testId).first()).toBeVisible();
    },
  };
}

/** A document of a kind that the preview shows in its own way. */
function kind(name: string, file: string, query = 'harbour'): Screen {
  return {
    name: `preview-${name}`,
    show: async (nuthatch) => {
      await nuthatch.open('kinds');
      await nuthatch.searchFor(query);
      await nuthatch.page.locator(`[data-testid=result][data-path$="${file}"]`).click();
      await expect(nuthatch.page.getByTestId('preview-text')).toBeVisible();
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
      await expect(nuthatch.page.getByTestId('stages')).toHaveAttribute('data-stage', 'reranked');
      await nuthatch.press('ArrowDown');
    },
  },
  {
    name: 'answer',
    show: async (nuthatch) => {
      await nuthatch.open('writer');
      await nuthatch.box.fill('? tenant notice period');
      await nuthatch.press('Enter');
      await expect(nuthatch.page.getByTestId('copy-answer')).toBeVisible();
    },
  },
  {
    name: 'more-passages',
    show: async (nuthatch) => {
      await nuthatch.open();
      await nuthatch.searchFor('tenant flat');
      await nuthatch.press('ArrowDown');
      await nuthatch.press('Control+e');
      await expect(nuthatch.page.getByTestId('passage').first()).toBeVisible();
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
  kind('note', 'harbour walk.md'),
  kind('mail', '.eml'),
  kind('table', '.csv', 'kormoran'),
  kind('sheet', '.xlsx', 'kormoran'),
  kind('slide', '.pptx'),
  kind('scan', '.png'),
  kind('code', 'harmonics.rs'),
  state('nothing-found', 'empty', 'nothing-found'),
  state('notice', 'notice', 'result'),
  state('progress', 'progress', 'progress'),
  state('pause-menu', 'pausing', 'pause-menu'),
  state('paused', 'paused', 'progress'),
  state('earlier-searches', 'history', 'earlier-searches'),
  {
    name: 'page-picture',
    show: async (nuthatch) => {
      await nuthatch.open('preview');
      await nuthatch.page.getByTestId('mode-page').click();
      await expect(nuthatch.page.getByTestId('page-picture')).toBeVisible();
    },
  },
  {
    name: 'file-list',
    show: async (nuthatch) => {
      await nuthatch.open('library');
      await nuthatch.page.getByTestId('list-failed').click();
      await nuthatch.page.getByTestId('forget-file').first().click();
    },
  },
  {
    name: 'launcher',
    show: async (nuthatch) => {
      await nuthatch.page.setViewportSize({ width: 680, height: 494 });
      await nuthatch.open('launcher');
      await nuthatch.box.fill('notice period');
      await expect(nuthatch.rows.first()).toBeVisible();
      await nuthatch.press('ArrowDown');
    },
  },
  page('models', 'models', '', 'model'),
  {
    name: 'fetching-a-model',
    show: async (nuthatch) => {
      await nuthatch.open('fetching');
      await nuthatch.page.getByTestId('library-button').click();
      await nuthatch.page.getByTestId('tab-models').click();
      await nuthatch.page.getByTestId('accept-licence').check();
      await nuthatch.page.getByTestId('get-model').click();
      await nuthatch.page.getByTestId('diagnose').click();
      await expect(nuthatch.page.getByTestId('fetching')).toBeVisible();
      await expect(nuthatch.page.getByTestId('machine').locator('p').nth(1)).toBeVisible();
    },
  },
  page('settings', 'settings', '', 'switch-meaning'),
  {
    name: 'support-report',
    show: async (nuthatch) => {
      await nuthatch.open('managed');
      await nuthatch.page.getByTestId('library-button').click();
      await nuthatch.page.getByTestId('tab-settings').click();
      await nuthatch.page.getByTestId('save-report').click();
      await nuthatch.page.getByTestId('report-saved').scrollIntoViewIfNeeded();
    },
  },
  page('settings-managed', 'settings', 'managed', 'policy'),
  page('models-managed', 'models', 'managed', 'not-connecting'),
  page('library-managed', 'library', 'managed', 'only-below'),
  page('connections-managed', 'connections', 'managed', 'switch-never_connect'),
  page('about-managed', 'about', 'managed', 'look-for-update'),
  state('welcome-managed', 'bounded', 'only-below'),
  page('no-connections', 'connections', '', 'no-connections'),
  page('connections', 'connections', 'connected', 'connections'),
  {
    name: 'about',
    show: async (nuthatch) => {
      await nuthatch.open();
      await nuthatch.page.getByTestId('library-button').click();
      await nuthatch.page.getByTestId('tab-about').click();
      await nuthatch.page.getByTestId('show-notices').click();
      await expect(nuthatch.page.getByTestId('notices')).toBeVisible();
    },
  },
  state('library', 'library', 'library'),
  {
    name: 'rule',
    show: async (nuthatch) => {
      await nuthatch.open('library');
      await nuthatch.page.getByTestId('rule').fill('*.pdf');
      await expect(nuthatch.page.getByTestId('add-rule')).toBeVisible();
      await nuthatch.page.getByTestId('add-rule').scrollIntoViewIfNeeded();
    },
  },
  state('left-out-folder', 'held', 'held-back'),
  {
    name: 'why',
    show: async (nuthatch) => {
      await nuthatch.open();
      await nuthatch.page.getByTestId('library-button').click();
      await nuthatch.page.getByTestId('why-path').fill('/home/robin/Desktop/old-scan.pdf');
      await nuthatch.press('Enter');
      await expect(nuthatch.page.getByTestId('why-answer')).toBeVisible();
      await nuthatch.page.getByTestId('why-answer').scrollIntoViewIfNeeded();
    },
  },
];
