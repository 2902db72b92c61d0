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
  hold: null,
};

async function openLibrary(): Promise<HTMLElement> {
  await fireEvent.click(screen.getByTestId('library-button'));
  return screen.findByTestId('library');
}

describe('the first run', () => {
  it('says what the program does, and ticks the documents alone', async () => {
    const host = openWindow(new FakeHost({ folders: [] }));
    const welcome = await screen.findByTestId('welcome');
    expect(welcome.textContent).toContain('Nothing leaves this computer.');
    const boxes = (await within(welcome).findAllByTestId('suggested')) as HTMLInputElement[];
    expect(boxes.map((one) => one.checked)).toEqual([true, false, false]);
    await fireEvent.click(boxes[2]!);
    await fireEvent.click(within(welcome).getByTestId('start'));
    await waitFor(() => expect(screen.queryByTestId('welcome')).toBeNull());
    const paths = (await host.status()).folders.map((folder) => folder.path);
    expect(paths).toEqual(['/home/robin/Documents', '/home/robin/Downloads']);
  });

  it('changes nothing when no folder was chosen', async () => {
    openWindow(new FakeHost({ folders: [], pickedFolder: null }));
    const welcome = await screen.findByTestId('welcome');
    await fireEvent.click(await within(welcome).findByText('Another folder…'));
    expect(screen.getByTestId('welcome')).toBeTruthy();
  });

  it('takes another folder than those that are suggested', async () => {
    const host = openWindow(new FakeHost({ folders: [], pickedFolder: '/home/robin/Letters' }));
    const welcome = await screen.findByTestId('welcome');
    await fireEvent.click(await within(welcome).findByText('Another folder…'));
    await waitFor(() => expect(screen.queryByTestId('welcome')).toBeNull());
    expect((await host.status()).folders.map((folder) => folder.path)).toEqual(['/home/robin/Letters']);
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
    const remove = 'Remove: /media/robin/Archive';
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
    await waitFor(() => {
      const folders = within(sheet).getAllByTestId('folder');
      expect(folders.at(-1)?.textContent).toContain('/home/robin/Music');
    });
  });

  it('shows why a folder could not be added, with what to do', async () => {
    const host = openWindow(new FakeHost());
    const sheet = await openLibrary();
    await within(sheet).findAllByTestId('folder');
    host.failure = { code: 'unreadable', message: 'The folder may not be read.', hint: 'Ask its owner.' };
    await fireEvent.click(screen.getByTestId('add-folder'));
    expect((await within(sheet).findByRole('alert')).textContent).toContain('Ask its owner.');
  });

  it('asks what to do with a folder that looks generated, and does it', async () => {
    const held = (name: string) => ({
      path: `/home/robin/app/${name}`,
      name,
      looks: 'packages that a program needs',
      n_files: 95_000,
    });
    const held_back = ['node_modules', 'target', 'venv', 'cache', 'build'].map(held);
    const host = openWindow(
      new FakeHost({
        folders: [
          { path: '/home/robin', away: false, n_files: 12, followed: null, looked_at_ms: null, held_back, is_given: false },
        ],
      }),
    );
    const sheet = await openLibrary();
    const first = (await within(sheet).findAllByTestId('held-back'))[0]!;
    expect(first.textContent?.replace(/\s+/g, ' ')).toContain(
      'node_modules with 95,000 files was left out: it looks like packages that a program needs.',
    );
    expect(within(sheet).getAllByTestId('held-back').length).toBe(3);
    expect(sheet.textContent).toContain('2 more folders like this');
    await fireEvent.click(within(first).getByText('Leave it out'));
    await waitFor(() => expect(sheet.textContent).toContain('1 more folder like this'));
    const next = within(sheet).getAllByTestId('held-back')[0]!;
    await fireEvent.click(within(next).getByText('Read it'));
    await waitFor(() => expect(host.answered.length).toBe(2));
    expect(host.answered).toEqual([
      ['/home/robin/app/node_modules', false],
      ['/home/robin/app/target', true],
    ]);
  });

  it('answers why a file is not found', async () => {
    openWindow(new FakeHost());
    const sheet = await openLibrary();
    await fireEvent.input(screen.getByTestId('why-path'), { target: { value: '"/tmp/x.pdf"' } });
    await fireEvent.click(within(sheet).getByText('Look it up'));
    const answer = await screen.findByTestId('why-answer');
    expect(answer.textContent).toContain('Not in the library');
    expect(answer.textContent).toContain('it is in none of the chosen folders');
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

  it('pauses for an hour, until tomorrow or until resumed, says so, and resumes', async () => {
    openWindow(new FakeHost({ progress: reading }));
    const strip = () => screen.getByTestId('progress');
    await fireEvent.click(await screen.findByTestId('pause-button'));
    const menu = await screen.findByTestId('pause-menu');
    expect(within(menu).getAllByRole('menuitem').map((item) => item.textContent)).toEqual([
      'For an hour',
      'Until tomorrow morning',
      'Until I resume it',
    ]);
    await fireEvent.click(within(menu).getByText('For an hour'));
    await waitFor(() => expect(strip().textContent).toMatch(/Paused by you until .*\d:\d\d/));
    expect(strip().textContent).not.toContain('left');
    await fireEvent.click(screen.getByTestId('resume-button'));
    await waitFor(() => expect(strip().textContent).toContain('Reading files'));

    await fireEvent.click(screen.getByTestId('pause-button'));
    await fireEvent.click(await screen.findByText('Until I resume it'));
    await waitFor(() => expect(strip().textContent).toContain('Paused by you'));
    expect(strip().textContent).not.toContain('until');
  });

  it('closes the menu with Escape and gives the focus back', async () => {
    openWindow(new FakeHost({ progress: reading }));
    await fireEvent.click(await screen.findByTestId('pause-button'));
    await screen.findByTestId('pause-menu');
    await press('Escape');
    await waitFor(() => expect(screen.queryByTestId('pause-menu')).toBeNull());
    expect(document.activeElement).toBe(screen.getByTestId('pause-button'));
  });

  it('says what it waits for, also when nothing is left to do', async () => {
    const host = openWindow(new FakeHost({ progress: reading }));
    await screen.findByTestId('progress');
    for (const [reason, words] of [
      ['battery', 'runs on its battery'],
      ['load', 'other programs'],
      ['typing', 'while you type'],
    ] as const) {
      host.report({ ...reading, hold: { reason, until_ms: null } });
      await waitFor(() => expect(screen.getByTestId('progress').textContent).toContain(words));
    }
    host.report({ ...reading, phase: 'idle', hold: { reason: 'paused', until_ms: null } });
    await waitFor(() => expect(screen.getByTestId('progress').textContent).toContain('Paused by you'));
  });

  it('disappears when there is nothing to do', async () => {
    const host = openWindow(new FakeHost({ progress: reading }));
    await screen.findByTestId('progress');
    host.report({ ...reading, phase: 'idle' });
    await waitFor(() => expect(screen.queryByTestId('progress')).toBeNull());
  });
});
