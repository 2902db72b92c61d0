/** Under an administrator's policy: what is fixed is shown with its reason, not as a control that fails. */
import type { Page } from '@playwright/test';
import { expect, test, type NuthatchPage } from './page';

const LOCKED = 'Set by your administrator';

async function openTab(nuthatch: NuthatchPage, demo: string, tab: string): Promise<Page> {
  await nuthatch.open(demo);
  await nuthatch.page.getByTestId('library-button').click();
  await nuthatch.page.getByTestId(`tab-${tab}`).click();
  return nuthatch.page;
}

test('the choices of models are shown locked, and nothing is offered that would be fetched', async ({ nuthatch }) => {
  const page = await openTab(nuthatch, 'managed', 'models');
  for (const id of ['embedding', 'reranker', 'generator', 'budget']) {
    const control = page.getByTestId(id);
    await expect(control).toBeDisabled();
    await expect(control).toHaveAccessibleDescription(LOCKED);
  }
  const gets = page.getByTestId('get-model');
  expect(await gets.count()).toBeGreaterThan(0);
  for (const get of await gets.all()) {
    await expect(get).toBeDisabled();
    await expect(get).toHaveAccessibleDescription(/No connection is made: set by your administrator/);
  }
  await page.getByTestId('accept-licence').first().check();
  await expect(gets.first()).toBeDisabled();
  await expect(page.getByTestId('import-model').first()).toBeEnabled();
});

test('where models come from is told, and fetching stays possible', async ({ nuthatch }) => {
  const page = await openTab(nuthatch, 'mirrored', 'models');
  await expect(page.getByTestId('models-from')).toContainText('models.example.org: set by your administrator');
  await page.getByTestId('accept-licence').first().check();
  await expect(page.getByTestId('get-model').first()).toBeEnabled();
  await expect(page.getByTestId('reranker')).toBeEnabled();
});

test('the switch of the connections is locked, and so are newer versions', async ({ nuthatch }) => {
  const page = await openTab(nuthatch, 'managed', 'connections');
  const never = page.getByTestId('switch-never_connect');
  await expect(never).toBeChecked();
  await expect(never).toBeDisabled();
  await expect(never).toHaveAccessibleDescription(LOCKED);
  await page.getByTestId('tab-about').click();
  await expect(page.getByTestId('switch-look_for_updates')).toBeDisabled();
  await expect(page.getByTestId('look-for-update')).toBeDisabled();
  await expect(page.getByTestId('look-for-update')).toHaveAccessibleDescription(/set by your administrator/);
});

test('a folder that is set has no way to remove it, and where folders may lie is told', async ({ nuthatch }) => {
  const page = await openTab(nuthatch, 'managed', 'library');
  const given = page.locator('[data-testid=folder][data-path="/home/robin/Documents"]');
  await expect(given.getByTestId('given')).toHaveText(LOCKED);
  await expect(given.getByTestId('remove-folder')).toHaveCount(0);
  await expect(page.getByTestId('remove-folder')).toHaveCount(1);
  await expect(page.getByTestId('add-folder')).toBeEnabled();
  await expect(page.getByTestId('add-folder')).toHaveAccessibleDescription(/only folders in \/srv, \/home\/robin/);
});

test('where no folder may be added none is offered', async ({ nuthatch }) => {
  const page = await openTab(nuthatch, 'mirrored', 'library');
  await expect(page.getByTestId('add-folder')).toBeDisabled();
  await expect(page.getByTestId('only-below')).toHaveText('Your administrator allows no other folder.');
});

test('the first run tells it, too', async ({ nuthatch }) => {
  await nuthatch.open('bounded');
  await expect(nuthatch.page.getByTestId('welcome').getByTestId('only-below')).toHaveText(
    'Your administrator allows no other folder.',
  );
});
