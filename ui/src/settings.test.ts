import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { FakeHost } from './host/fake';
import { openWindow } from './testing/window';

async function openSettings(): Promise<HTMLElement> {
  await fireEvent.click(screen.getByTestId('library-button'));
  await fireEvent.click(await screen.findByTestId('tab-settings'));
  return screen.findByTestId('library');
}

describe('a report for support', () => {
  it('says what is in it before it is saved, and then where it is', async () => {
    openWindow(new FakeHost());
    const sheet = await openSettings();
    expect(sheet.textContent).toContain('No name of a file or folder, no text and no search of yours');
    await fireEvent.click(within(sheet).getByTestId('save-report'));
    await waitFor(() =>
      expect(within(sheet).getByTestId('report-saved').textContent).toContain('/home/robin/nuthatch-report.txt'),
    );
  });

  it('says why it could not be saved', async () => {
    const host = openWindow(new FakeHost());
    const sheet = await openSettings();
    await within(sheet).findByTestId('switch-meaning');
    host.failure = { code: 'disk', message: 'The disk is full.', hint: 'Choose another place' };
    await fireEvent.click(within(sheet).getByTestId('save-report'));
    expect((await within(sheet).findByRole('alert')).textContent).toContain('Choose another place');
  });
});

describe('settings of an administrator', () => {
  it('are shown and cannot be changed, and the others can', async () => {
    openWindow(new FakeHost({ locked: ['never_connect', 'max_file_mib', 'shortcut'] }));
    const sheet = await openSettings();
    const field = async (id: string) => (await within(sheet).findByTestId(id)) as HTMLInputElement;
    for (const locked of ['switch-never_connect', 'setting-max_file_mib', 'setting-shortcut']) {
      expect((await field(locked)).disabled).toBe(true);
    }
    expect((await field('switch-meaning')).disabled).toBe(false);
    expect(sheet.textContent).toContain('Set by your administrator');
    expect((await field('policy')).textContent).toContain('/etc/nuthatch/policy.toml');
  });

  it('are not spoken of where there is none', async () => {
    openWindow(new FakeHost());
    const sheet = await openSettings();
    await within(sheet).findByTestId('switch-meaning');
    expect(sheet.textContent).not.toContain('administrator');
  });
});
