/** What else people do with the window: with results, with files that are missing, with models. */
import { expect, test } from './page';

test('a quote with its source is copied', async ({ nuthatch }) => {
  await nuthatch.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await nuthatch.open();
  await nuthatch.searchFor('tenant notice period');
  await nuthatch.press('ArrowDown');
  await nuthatch.press('Space');
  await nuthatch.tabTo('copy-quote');
  await nuthatch.press('Enter');
  await expect
    .poll(() => nuthatch.page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^“§ 12 The notice period .*”\n\(rental-agreement-2023\.pdf, page 4\)$/);
  // It led somewhere, so it is among the earlier searches.
  await nuthatch.press('Escape');
  await nuthatch.press('Escape');
  await expect(nuthatch.page.getByTestId('earlier-search')).toHaveText('tenant notice period');
});

test('a model is fetched only after its licence was accepted, stopped, and gone on with', async ({ nuthatch }) => {
  await nuthatch.open('fetching');
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-models').click();
  const model = nuthatch.page.locator('[data-id=zerank-2]');
  await expect(model.getByTestId('get-model')).toBeDisabled();
  await model.getByTestId('accept-licence').check();
  await model.getByTestId('get-model').click();
  await expect(model.getByTestId('fetching')).toBeVisible();
  // It goes on while another page is open.
  await nuthatch.page.getByTestId('tab-library').click();
  await nuthatch.page.getByTestId('tab-models').click();
  await model.getByTestId('stop-fetching').click();
  await expect(model).toContainText('Stopped; it goes on from here.');
  await expect(model.getByTestId('get-model')).toContainText('Go on');
});

test('what writes answers is chosen among what is installed, nothing, and a server', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-models').click();
  const generator = nuthatch.page.getByTestId('generator');
  await expect(generator).toHaveValue('auto');
  await expect(generator).toContainText('127.0.0.1:11434 some-model');
  await generator.selectOption('none');
  expect(await nuthatch.host((host) => host.written)).toEqual([['generator', 'none']]);
});

test('a newer version is looked for when asked, and installed when asked', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-about').click();
  await expect(nuthatch.page.getByTestId('switch-look_for_updates')).not.toBeChecked();
  await expect(nuthatch.page.getByTestId('newer')).toHaveCount(0);
  await nuthatch.page.getByTestId('look-for-update').click();
  await expect(nuthatch.page.getByTestId('newer')).toContainText('0.2.0');
  expect(await nuthatch.host((host) => host.nInstalled)).toBe(0);
  await nuthatch.page.getByTestId('install-update').click();
  await expect.poll(() => nuthatch.host((host) => host.nInstalled)).toBe(1);
});

test('no newer version is looked for against the wish to connect to nothing', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-connections').click();
  await nuthatch.page.getByTestId('switch-never_connect').check();
  await nuthatch.page.getByTestId('tab-about').click();
  const look = nuthatch.page.getByTestId('look-for-update');
  await expect(look).toBeDisabled();
  await expect(look).toHaveAccessibleDescription(/you turned them off on the page of connections/);
});

test('whoever forbids connections is obeyed, and told why', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-connections').click();
  await expect(nuthatch.page.getByTestId('no-connections')).toBeVisible();
  await nuthatch.page.getByTestId('switch-never_connect').check();
  await nuthatch.page.getByTestId('tab-models').click();
  const model = nuthatch.page.locator('[data-id=zerank-2]');
  await model.getByTestId('accept-licence').check();
  await expect(model.getByTestId('get-model')).toBeDisabled();
  await expect(model.getByTestId('get-model')).toHaveAccessibleDescription(/you turned them off on the page of connections/);
  await model.getByTestId('import-model').click();
  await expect(model.getByTestId('remove-model')).toBeVisible();
});

test('a file is forgotten and let in again', async ({ nuthatch }) => {
  await nuthatch.open('library');
  await nuthatch.page.getByTestId('list-failed').click();
  await expect(nuthatch.page.getByTestId('listed-file')).toHaveCount(2);
  await nuthatch.page.getByTestId('forget-file').first().click();
  await nuthatch.page.getByTestId('confirm-forget').click();
  await expect(nuthatch.page.getByTestId('listed-file')).toHaveCount(1);
  await nuthatch.page.getByTestId('back-to-contents').click();
  const leftOut = nuthatch.page.getByTestId('left-out');
  await expect(leftOut).toContainText('letter 1.pdf');
  await leftOut.getByTestId('let-in').click();
  await expect(leftOut).toHaveCount(0);
});

test('a file that is dropped is looked up, and a folder is added', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.host((host) => {
    const add = host.addFolder.bind(host);
    host.addFolder = (path) =>
      path.endsWith('.pdf')
        ? Promise.reject({ code: 'unreadable', message: 'It is a file.', hint: null })
        : add(path);
    host.drop(['/home/robin/Downloads/lost.pdf']);
  });
  await expect(nuthatch.page.getByTestId('why-answer')).toContainText('/home/robin/Downloads/lost.pdf');
  await nuthatch.press('Escape');
  await nuthatch.host((host) => host.drop(['/home/robin/Music']));
  await nuthatch.page.getByTestId('library-button').click();
  await expect(nuthatch.page.getByTestId('folder')).toHaveCount(3);
});

test('a search is narrowed, ordered otherwise, and changed in the box', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.searchFor('period');
  const best = await nuthatch.rows.first().getAttribute('data-path');
  await nuthatch.page.getByTestId('sort').selectOption('name');
  const names = () => nuthatch.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-path') ?? ''));
  await expect.poll(async () => (await names())[0]).toContain('Employment contract');
  await nuthatch.page.getByTestId('sort').selectOption('best');
  await expect.poll(async () => (await names())[0]).toBe(best);
  await nuthatch.page.getByTestId('narrow').selectOption('type:pdf');
  await expect(nuthatch.box).toHaveValue('period type:pdf');
  await nuthatch.page.getByTestId('edit-part').click();
  await nuthatch.page.keyboard.type('type:text');
  await expect(nuthatch.box).toHaveValue('period type:text');
});

test('nothing found: the conditions are taken away, or meaning alone is asked', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.box.fill('zyzzyva type:pdf');
  await nuthatch.page.getByTestId('without-conditions').click();
  await expect(nuthatch.box).toHaveValue('zyzzyva');
  await nuthatch.page.getByTestId('by-meaning').click();
  await expect(nuthatch.page.getByTestId('query-parts')).toContainText('by meaning only');
});

test('matches are walked through, the text grows, and the page is shown as it looks', async ({ nuthatch }) => {
  await nuthatch.open('preview');
  const text = nuthatch.page.getByTestId('preview-text');
  const before = await text.evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  await nuthatch.page.getByTestId('larger').click();
  await expect
    .poll(() => text.evaluate((element) => parseFloat(getComputedStyle(element).fontSize)))
    .toBeGreaterThan(before);
  await nuthatch.page.getByTestId('next-hit').click();
  await nuthatch.page.getByTestId('next-hit').click();
  await expect(text.locator('mark.current')).toHaveCount(1);
  await expect(nuthatch.page.getByTestId('preview')).toContainText('2 of');
  await nuthatch.page.getByTestId('mode-page').click();
  const page = nuthatch.page.getByTestId('page-picture');
  // The light lies on ink: the passage's own lines.
  const dark = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const lit = canvas.parentElement?.querySelector<HTMLElement>('.lit');
    const context = canvas.getContext('2d');
    if (!lit || !context) return 255;
    const [left, top] = [lit.style.left, lit.style.top].map((share) => parseFloat(share) / 100);
    const [width, height] = [lit.style.width, lit.style.height].map((share) => parseFloat(share) / 100);
    const { data } = context.getImageData(
      (left ?? 0) * canvas.width,
      (top ?? 0) * canvas.height,
      (width ?? 0) * canvas.width,
      (height ?? 0) * canvas.height,
    );
    return Math.min(...data.filter((_, at) => at % 4 === 0));
  });
  expect(dark).toBeLessThan(80);
});

test('a search from outside takes the place of whatever is open', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.host((host) => host.askFromOutside('notice period'));
  await expect(nuthatch.page.getByTestId('library')).toHaveCount(0);
  await expect(nuthatch.box).toHaveValue('notice period');
  await expect(nuthatch.rows.first()).toBeVisible();
});

test('the language is chosen, and kept', async ({ nuthatch }) => {
  await nuthatch.open();
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId('tab-settings').click();
  await nuthatch.page.getByTestId('language').selectOption('de');
  await expect(nuthatch.page.getByTestId('tab-settings')).toHaveText('Einstellungen');
  await nuthatch.page.reload();
  await expect(nuthatch.box).toHaveAttribute('placeholder', /nach Wort oder Bedeutung/);
  expect(await nuthatch.page.evaluate(() => document.documentElement.lang)).toBe('de');
});

test('a pattern says what it would leave out before anything changes, and is then written down', async ({ nuthatch }) => {
  await nuthatch.open('library');
  const effect = nuthatch.page.getByTestId('rule-effect');
  await nuthatch.page.getByTestId('rule').fill('*.zip');
  await expect(effect).toContainText('None of the');
  await nuthatch.page.getByTestId('rule').fill('[z-a]');
  await expect(nuthatch.page.getByRole('alert')).toContainText('cannot be used');
  await nuthatch.page.getByTestId('rule').fill('*.pdf');
  await expect(effect).toContainText('rental-agreement-2023.pdf');
  expect(await nuthatch.host((host) => host.rules)).toEqual([]);
  await nuthatch.page.getByTestId('rule').press('Enter');
  await expect(effect).toContainText('.nuthatchignore');
  expect(await nuthatch.host((host) => host.rules)).toEqual([['/home/robin/Documents', '*.pdf']]);
});

test('whoever has a program that cannot be told a page is told which page it is', async ({ nuthatch }) => {
  await nuthatch.open('plain');
  await nuthatch.searchFor('tenant notice period');
  await nuthatch.press('ArrowDown');
  await nuthatch.press('Enter');
  await expect(nuthatch.page.getByText('the passage is on page 4')).toBeVisible();
});
