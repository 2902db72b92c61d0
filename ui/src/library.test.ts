import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { Progress } from './host/bindings';
import { FakeHost } from './host/fake';
import { openWindow, press } from './testing/window';

const reading: Progress = {
  phase: 'reading',
  n_done: 120,
  n_total: 800,
  n_to_embed: 40,
  n_to_recognise: 0,
  files_per_second: 37.6,
  seconds_left: 181,
  current: 'letter.pdf',
};

async function openLibrary(): Promise<HTMLElement> {
  await fireEvent.click(screen.getByTestId('library-button'));
  return screen.findByTestId('library');
}

describe('the first run', () => {
  it('says what the program does, and starts with one button', async () => {
    const host = openWindow(new FakeHost({ folders: [], pickedFolder: '/home/robin/Letters' }));
    const welcome = await screen.findByTestId('welcome');
    expect(welcome.textContent).toContain('Nothing leaves this computer.');
    await fireEvent.click(within(welcome).getByText('Choose a folder…'));
    await waitFor(() => expect(screen.queryByTestId('welcome')).toBeNull());
    expect((await host.status()).folders.map((folder) => folder.path)).toEqual(['/home/robin/Letters']);
  });

  it('changes nothing when no folder was chosen', async () => {
    openWindow(new FakeHost({ folders: [], pickedFolder: null }));
    const welcome = await screen.findByTestId('welcome');
    await fireEvent.click(within(welcome).getByText('Choose a folder…'));
    expect(screen.getByTestId('welcome')).toBeTruthy();
  });
});

describe('the library', () => {
  it('lists folders with their files and says which cannot be reached', async () => {
    openWindow(new FakeHost());
    const sheet = await openLibrary();
    await waitFor(() => expect(within(sheet).getAllByTestId('folder').length).toBe(2));
    expect(sheet.textContent).toContain('/media/robin/Archive');
    expect(sheet.textContent).toContain('cannot be reached now');
    expect(sheet.textContent).toContain('Left out on purpose');
  });

  it('asks before it removes a folder, and says that the files stay', async () => {
    const host = openWindow(new FakeHost());
    const sheet = await openLibrary();
    const remove = 'Remove /media/robin/Archive from the library';
    await fireEvent.click(await within(sheet).findByLabelText(remove));
    expect(sheet.textContent).toContain('erases the text and index it holds of 1,204 files');
    expect(sheet.textContent).toContain('The files themselves are not touched.');
    await fireEvent.click(within(sheet).getByText('Cancel'));
    expect((await host.status()).folders.length).toBe(2);

    await fireEvent.click(within(sheet).getByLabelText(remove));
    await fireEvent.click(within(sheet).getByText('Remove from library'));
    await waitFor(() => expect(within(sheet).getAllByTestId('folder').length).toBe(1));
  });

  it('adds a folder', async () => {
    openWindow(new FakeHost({ pickedFolder: '/home/robin/Music' }));
    const sheet = await openLibrary();
    await fireEvent.click(screen.getByTestId('add-folder'));
    await within(sheet).findByText('/home/robin/Music');
  });

  it('shows why a folder could not be added, with what to do', async () => {
    const host = openWindow(new FakeHost());
    const sheet = await openLibrary();
    await within(sheet).findAllByTestId('folder');
    host.failure = { code: 'unreadable', message: 'The folder may not be read.', hint: 'Ask its owner.' };
    await fireEvent.click(screen.getByTestId('add-folder'));
    expect((await within(sheet).findByRole('alert')).textContent).toContain('Ask its owner.');
  });

  it('answers why a file is not found', async () => {
    openWindow(new FakeHost());
    const sheet = await openLibrary();
    await fireEvent.input(screen.getByTestId('why-path'), { target: { value: '"/tmp/x.pdf"' } });
    await fireEvent.click(within(sheet).getByText('Look it up'));
    const answer = await screen.findByTestId('why-answer');
    expect(answer.textContent).toContain('Not in the library');
    expect(answer.textContent).toContain('Add its folder to find it.');
    expect(answer.textContent).not.toContain('"');
  });

  it('closes with Escape and gives the focus back', async () => {
    openWindow(new FakeHost());
    await openLibrary();
    await press('Escape');
    expect(screen.queryByTestId('library')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('library-button')));
  });
});

describe('the progress strip', () => {
  it('tells phase, amount, rate, time left and the current file', async () => {
    openWindow(new FakeHost({ progress: reading }));
    const strip = await screen.findByTestId('progress');
    for (const part of ['Reading files', '120 of 800', '38 files/s', 'about 3 min left', 'letter.pdf']) {
      expect(strip.textContent).toContain(part);
    }
    expect(within(strip).getByRole('progressbar').getAttribute('value')).toBe('120');
  });

  it('counts passages while meanings are learned', async () => {
    openWindow(new FakeHost({ progress: { ...reading, phase: 'embedding', current: null } }));
    expect((await screen.findByTestId('progress')).textContent).toContain('40 passages to go');
  });

  it('disappears when there is nothing to do', async () => {
    const host = openWindow(new FakeHost({ progress: reading }));
    await screen.findByTestId('progress');
    host.report({ ...reading, phase: 'idle' });
    await waitFor(() => expect(screen.queryByTestId('progress')).toBeNull());
  });
});
