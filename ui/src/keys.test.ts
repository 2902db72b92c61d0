import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { FakeHost } from './host/fake';
import { box, chosen, openWindow, press, result, rows, ScriptedHost, searchFor, type } from './testing/window';

const fileIdOf = (index: number) => Number(rows()[index]?.dataset.fileId);

describe('keys', () => {
  it('the arrow keys choose a row, and the box names it for screen readers', async () => {
    openWindow(new FakeHost());
    await searchFor('notice period');
    await press('ArrowDown');
    await press('ArrowDown');
    expect(chosen()).toBe(1);
    expect(box().getAttribute('aria-activedescendant')).toBe(rows()[1]?.id);
    await press('ArrowUp');
    await press('ArrowUp');
    expect(chosen()).toBe(-1);
    expect(box().getAttribute('aria-activedescendant')).toBeNull();
  });

  it('Home, End and the page keys move within the active list and stop at its ends', async () => {
    openWindow(new FakeHost());
    await searchFor('notice period');
    await press('ArrowDown');
    await press('End');
    expect(chosen()).toBe(rows().length - 1);
    await press('PageDown');
    expect(chosen()).toBe(rows().length - 1);
    await press('Home');
    expect(chosen()).toBe(0);
  });

  it('Enter opens the first result, or the chosen one', async () => {
    const host = openWindow(new FakeHost());
    await searchFor('notice period');
    await press('Enter');
    await press('ArrowDown');
    await press('ArrowDown');
    await press('Enter');
    expect(host.opened).toEqual([fileIdOf(0), fileIdOf(1)]);
  });

  it('Ctrl and Enter shows the file in its folder', async () => {
    const host = openWindow(new FakeHost());
    await searchFor('notice period');
    await press('Enter', { ctrlKey: true });
    expect(host.revealed).toEqual([fileIdOf(0)]);
    expect(host.opened).toEqual([]);
  });

  it('Enter that ends an input method composition opens nothing', async () => {
    const host = openWindow(new FakeHost());
    await searchFor('notice period');
    await press('Enter', { isComposing: true });
    await press('Enter', { keyCode: 229 });
    expect(host.opened).toEqual([]);
  });

  it('Enter never opens a row of the query before', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({ results: [result(1)] });
    await waitFor(() => expect(rows().length).toBe(1));
    await type('ab');
    await press('Enter');
    expect(host.opened).toEqual([]);
    expect(host.searches.at(-1)?.request).toMatchObject({ query: 'ab', typing: false });
  });

  it('a double click opens, a single click previews', async () => {
    const host = openWindow(new FakeHost());
    await searchFor('notice period');
    await fireEvent.click(rows()[1]!);
    await screen.findByTestId('preview-text');
    expect(chosen()).toBe(1);
    expect(host.opened).toEqual([]);
    await fireEvent.dblClick(rows()[1]!);
    expect(host.opened).toEqual([fileIdOf(1)]);
  });

  it('Escape closes the preview first, then clears the query', async () => {
    openWindow(new FakeHost());
    await searchFor('notice period');
    await press(' ', { ctrlKey: true });
    await screen.findByTestId('preview');
    await press('Escape');
    expect(screen.queryByTestId('preview')).toBeNull();
    expect(box().value).toBe('notice period');
    await press('Escape');
    expect(box().value).toBe('');
    expect(rows()).toEqual([]);
  });

  it('Ctrl+K comes back to the box', async () => {
    openWindow(new FakeHost());
    screen.getByTestId('library-button').focus();
    await press('k', { ctrlKey: true });
    expect(document.activeElement).toBe(box());
  });
});

describe('the preview', () => {
  it('tells why a result stands where it does, and how long each stage took', async () => {
    const host = openWindow(new ScriptedHost());
    await type('tenant');
    await waitFor(() => expect(host.searches.length).toBe(2));
    const reasons = {
      words: { place: 3, score: 12.25 },
      meaning: null,
      fused: { place: 1, score: 0.875 },
      reranker: { place: 2, score: 0.5 },
      is_exact_name: true,
      matched: [['tenant', 2], ['tenancy', 1]] as [string, number][],
    };
    const times = {
      words_ms: 4.5,
      embed_ms: 9,
      vectors_ms: 1,
      rerank_ms: null,
      show_ms: 2,
      sentences_ms: null,
      total_ms: 17,
    };
    host.searches[1]?.send({ stage: 'hybrid', results: [result(1, { reasons })], times, last: true });
    await fireEvent.click(await screen.findByTestId('result'));
    const said = (await screen.findByTestId('reasons')).textContent?.replace(/\s+/g, ' ');
    for (const part of [
      'Words place 3, score 12.25: tenant 2×, tenancy',
      'Meaning not among its best',
      'Both together place 1, score 0.875',
      'Reranker place 2, score 0.5',
      'the very name',
      'words 4.5 ms · embedding the query 9 ms · comparing meanings 1 ms · loading texts 2 ms · in all 17 ms',
    ]) {
      expect(said).toContain(part);
    }
  });

  it('shows the stored text with the passage lit and the words marked', async () => {
    openWindow(new FakeHost());
    await searchFor('tenant notice period');
    await press(' ', { ctrlKey: true });
    const text = await screen.findByTestId('preview-text');
    expect(screen.getByText('Page 4 of 4')).toBeTruthy();
    const lit = [...text.querySelectorAll('.lit')].map((piece) => piece.textContent).join('');
    expect(lit).toMatch(/^§ 12 The notice period .* the eighth\.$/);
    expect([...text.querySelectorAll('mark.lit')].map((mark) => mark.textContent)).toContain('tenant');
    expect(text.textContent).toContain('§ 13 Keeping a dog');
  });

  it('turns pages, and stops at the first and the last', async () => {
    openWindow(new FakeHost());
    await searchFor('tenant notice period');
    await press(' ', { ctrlKey: true });
    await screen.findByText('Page 4 of 4');
    expect((screen.getByLabelText('Next page') as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.click(screen.getByLabelText('Previous page'));
    await screen.findByText('Page 3 of 4');
    expect(screen.getByTestId('preview-text').querySelector('.lit')).toBeNull();
  });

  it('follows the chosen row', async () => {
    openWindow(new FakeHost());
    await searchFor('notice period');
    await press('ArrowDown');
    await press(' ');
    await screen.findByTestId('preview-text');
    await press('ArrowDown');
    const name = rows()[1]?.dataset.path?.split('/').pop();
    await waitFor(() => expect(screen.getByRole('heading', { level: 2 }).textContent).toBe(name));
  });

  it('says why a file can no longer be shown', async () => {
    const host = openWindow(new FakeHost());
    await searchFor('notice period');
    host.failure = { code: 'not_found', message: 'The file is gone.', hint: 'Search again.' };
    await press(' ', { ctrlKey: true });
    expect((await screen.findByRole('alert')).textContent).toContain('Search again.');
  });
});
