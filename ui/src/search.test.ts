import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { FakeHost } from './host/fake';
import { strings } from './lib/strings';
import { box, chosen, names, openWindow, press, result, rows, ScriptedHost, searchFor, type } from './testing/window';

describe('searching', () => {
  it('puts the caret into the box at the start', () => {
    openWindow(new FakeHost());
    expect(document.activeElement).toBe(box());
  });

  it('shows results while typing, with highlights, page and copies', async () => {
    openWindow(new FakeHost());
    await searchFor('notice per');
    const row = rows().find((one) => one.dataset.path?.endsWith('rental-agreement-2023.pdf'));
    expect(row?.dataset.page).toBe('4');
    expect([...row!.querySelectorAll('mark')].map((mark) => mark.textContent)).toContain('notice');
    expect(row?.textContent).toContain('page 4');
    expect(row?.textContent).toContain('2 more copies');
  });

  it('says how many results there are and how long each stage took', async () => {
    openWindow(new FakeHost({ wordsMs: 4, hybridMs: 28 }));
    await searchFor('notice period');
    expect(screen.getByTestId('stages').textContent).toContain('words 4 ms · meaning 28 ms');
    expect(screen.getByText(`${rows().length} results`).getAttribute('aria-live')).toBe('polite');
  });

  it('asks as typing first, and as finished after a pause', async () => {
    const host = openWindow(new ScriptedHost());
    await type('rent');
    await waitFor(() => expect(host.searches.length).toBe(2));
    expect(host.searches.map(({ request }) => request.typing)).toEqual([true, false]);
    const [typing, finished] = host.searches.map(({ request }) => request.limit);
    expect(typing, 'rows that can be seen').toBeLessThan(finished ?? 0);
  });

  it('does not call the few rows asked for while one types all that there are', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    const limit = host.searches[0]?.request.limit ?? 0;
    host.searches[0]?.send({ results: Array.from({ length: limit }, (_, at) => result(at + 1)), last: true });
    await waitFor(() => expect(screen.getByText(`the best ${limit} results`)).toBeTruthy());
  });

  it('ignores answers to an older query', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    await type('ab');
    await waitFor(() => expect(host.searches.at(-1)?.request.query).toBe('ab'));
    host.searches.at(-1)?.send({ results: [result(2)] });
    await waitFor(() => expect(names()).toEqual(['2.txt']));
    host.searches[0]?.send({ results: [result(1)] });
    await Promise.resolve();
    expect(names()).toEqual(['2.txt']);
  });

  it('keeps the old results until the first answer to the new query', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({ results: [result(1)] });
    await waitFor(() => expect(names()).toEqual(['1.txt']));
    await type('ab');
    await waitFor(() => expect(host.searches.at(-1)?.request.query).toBe('ab'));
    expect(names()).toEqual(['1.txt']);
  });

  it('does not move the chosen row when the meaning stage reorders the list', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({ results: [1, 2, 3].map((id) => result(id)) });
    await waitFor(() => expect(rows().length).toBe(3));
    await press('ArrowDown');
    await press('ArrowDown');
    host.searches[0]?.send({ stage: 'hybrid', last: true, results: [3, 4, 2, 1].map((id) => result(id)) });
    await waitFor(() => expect(names()).toEqual(['3.txt', '2.txt', '4.txt', '1.txt']));
    expect(chosen()).toBe(1);
  });

  it('reorders the list once it is reranked, and says how strong each match is', async () => {
    openWindow(new FakeHost({ hybridMs: 20, reranked: [{ ms: 40, isLate: false }] }));
    await searchFor('notice period');
    const before = names();
    await waitFor(() => expect(screen.getByTestId('stages').textContent).toContain('reranked'));
    expect(screen.getByTestId('stages').textContent).toContain(`reranked ${before.length} in 20 ms`);
    expect(names()).toEqual([...before].reverse());
    expect(rows()[0]?.textContent).toContain('strong match');
    expect(rows().at(-1)?.textContent).toContain('weak match');
  });

  it('keeps the reranked order while the same query is asked again', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(2));
    const { send } = host.searches[1]!;
    const fused = [1, 2].map((id) => result(id));
    const reranked = [2, 1].map((id) => result(id));
    send({ stage: 'reranked', results: reranked, n_reranked: 2, last: true });
    await waitFor(() => expect(names()).toEqual(['2.txt', '1.txt']));
    send({ stage: 'words', results: fused });
    send({ stage: 'hybrid', results: fused });
    await Promise.resolve();
    expect(names()).toEqual(['2.txt', '1.txt']);
    // Unless the reranker fails now: then the fused order is the final one.
    send({ stage: 'hybrid', results: fused, last: true });
    await waitFor(() => expect(names()).toEqual(['1.txt', '2.txt']));
  });

  it('says that the list was reranked when that came with changed files', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({ stage: 'hybrid', results: [result(1)], last: true });
    await waitFor(() => expect(names()).toEqual(['1.txt']));
    host.changed();
    await waitFor(() => expect(host.searches.length).toBe(2));
    const results = [result(2), result(1)];
    host.searches[1]?.send({ stage: 'reranked', results, n_reranked: 2, rerank_ms: 30, last: true });
    await waitFor(() => expect(names()).toEqual(['2.txt', '1.txt']));
    expect(screen.getByTestId('stages').textContent).toContain('reranked 2 in 30 ms');
  });

  it('follows the files: what is gone disappears, and the chosen row stays chosen', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(2));
    host.searches[1]?.send({ results: [result(1), result(2), result(3)], last: true });
    await waitFor(() => expect(names()).toEqual(['1.txt', '2.txt', '3.txt']));
    await press('ArrowDown');
    host.changed();
    await waitFor(() => expect(host.searches.length).toBe(3));
    expect(host.searches[2]?.request).toMatchObject({ query: 'a', limit: 50, typing: false });
    host.searches[2]?.send({ results: [result(4)] });
    host.searches[2]?.send({ results: [result(4), result(1), result(3)], last: true });
    await waitFor(() => expect(names()).toEqual(['1.txt', '4.txt', '3.txt']));
    expect(chosen()).toBe(0);
  });

  it('asks once more when files change while a search is under way', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(2));
    host.changed();
    expect(host.searches.length).toBe(2);
    host.searches[1]?.send({ results: [result(1)], last: true });
    await waitFor(() => expect(host.searches.length).toBe(3));
    host.searches[2]?.send({ results: [], last: true });
    await waitFor(() => expect(names()).toEqual([]));
    expect(host.searches.length).toBe(3);
  });

  it('asks for what is being typed, though files change meanwhile', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(2));
    host.changed();
    await type('ab');
    host.searches[1]?.send({ results: [result(1)], last: true });
    await waitFor(() => expect(host.searches.at(-1)?.request.query).toBe('ab'));
    host.searches.at(-1)?.send({ results: [result(2)], last: true });
    await waitFor(() => expect(names()).toEqual(['2.txt']));
  });

  it('asks for what was typed when the order is changed before its answer', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(2));
    host.searches[1]?.send({ results: [result(1)], last: true });
    await waitFor(() => expect(names()).toEqual(['1.txt']));
    await type('ab');
    await fireEvent.change(screen.getByTestId('sort'), { target: { value: 'newest' } });
    await fireEvent.change(screen.getByTestId('sort'), { target: { value: 'best' } });
    expect(host.searches.at(-1)?.request.query).toBe('ab');
  });

  it('shows text of a document as text, whatever it looks like', async () => {
    const host = openWindow(new ScriptedHost());
    await type('a');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({ results: [result(1, { passage: '<img src=x onerror=alert(1)>', highlights: [[1, 4]] })] });
    await waitFor(() => expect(rows()[0]?.textContent).toContain('<img src=x onerror=alert(1)>'));
    expect(rows()[0]?.querySelector('img')).toBeNull();
  });

  it('says what to do when nothing was found, once it is certain', async () => {
    const host = openWindow(new ScriptedHost({ waiting: 3 }));
    await type('zyzzyva');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({ results: [] });
    await Promise.resolve();
    expect(screen.queryByText(/Nothing found/)).toBeNull();
    host.searches[0]?.send({ stage: 'hybrid', last: true });
    await screen.findByText('Nothing found for “zyzzyva”');
    expect(screen.getByText('3 files are still being read.')).toBeTruthy();
    screen.getByText('Find out why').click();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('why-path')));
  });

  it('shows a notice of the search with its hint, until it is put away', async () => {
    openWindow(new FakeHost({ notices: [{ message: 'The model is missing.', hint: 'Install it.' }] }));
    await searchFor('notice');
    expect(screen.getByText('Install it.')).toBeTruthy();
    await fireEvent.click(screen.getByLabelText('Dismiss'));
    await searchFor('period');
    expect(screen.queryByText('Install it.')).toBeNull();
  });

  it('shows an error with its hint, and takes it away when dismissed', async () => {
    const host = openWindow(new FakeHost());
    await waitFor(() => expect(screen.getByText(/ready to search/)).toBeTruthy());
    host.failure = { code: 'locked', message: 'The library is in use.', hint: 'Close the other window.' };
    await type('notice');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The library is in use.');
    expect(alert.textContent).toContain('Close the other window.');
    expect(screen.queryByText('Searching…')).toBeNull();
    host.failure = null;
    screen.getByLabelText('Dismiss').click();
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('forgets everything when the box is emptied', async () => {
    openWindow(new FakeHost());
    await searchFor('notice');
    await type('');
    await waitFor(() => expect(rows()).toEqual([]));
    expect(screen.getByTestId('stages').textContent?.trim()).toBe('');
  });
});

describe('the fake host', () => {
  it('counts highlights in characters', async () => {
    vi.useFakeTimers();
    const updates: [string, number][] = [];
    new FakeHost().search({ query: '紅葉', limit: 5, typing: false, like: [], unlike: [], by_meaning_only: false }, (update) => {
      const row = update.results[0];
      if (row) updates.push([row.passage, row.highlights[0]?.[0] ?? -1]);
    });
    vi.runAllTimers();
    vi.useRealTimers();
    const [passage, begin] = updates[0]!;
    expect(Array.from(passage).slice(begin, begin + 2).join('')).toBe('紅葉');
  });

  it('shows what was understood, and takes a part out of the search', async () => {
    const host = openWindow(new ScriptedHost());
    await type('größe -draft type:pdf');
    await waitFor(() => expect(host.searches.length).toBe(1));
    host.searches[0]?.send({
      results: [result(1)],
      chips: [
        { text: 'not draft', is_excluded: true, span: [6, 12] },
        { text: 'type: pdf', is_excluded: false, span: [13, 21] },
      ],
    });
    const list = await screen.findByRole('list', { name: strings.understood });
    expect([...list.children].map((chip) => chip.textContent?.trim())).toEqual(['not draft', 'type: pdf']);
    await fireEvent.click(screen.getByRole('button', { name: strings.removePart('not draft') }));
    expect(box().value).toBe('größe type:pdf');
    expect(document.activeElement).toBe(box());
    await waitFor(() => expect(host.searches.at(-1)?.request).toMatchObject({ query: 'größe type:pdf', typing: false }));
  });

  it('says what could not be obeyed, and what to write instead', async () => {
    const host = openWindow(new ScriptedHost());
    await type('rent date:soon');
    await waitFor(() => expect(host.searches.length).toBe(1));
    const hint = { message: '“soon” is no date', advice: 'Write 2024', span: [5, 14] as [number, number] };
    host.searches[0]?.send({ results: [result(1)], hints: [hint] });
    await waitFor(() => expect(screen.getByTestId('query-parts').textContent).toContain('“soon” is no date. Write 2024.'));
  });

  it('asks again for more of what was liked, and without it when that is taken back', async () => {
    const host = openWindow(new ScriptedHost());
    await type('cooling');
    await waitFor(() => expect(host.searches.length).toBe(2));
    host.searches[1]?.send({ results: [1, 2].map((id) => result(id)), last: true });
    await waitFor(() => expect(rows().length).toBe(2));
    await fireEvent.click(rows()[1]!);
    await fireEvent.click(await screen.findByRole('button', { name: strings.moreLike }));
    await waitFor(() => expect(host.searches.at(-1)?.request).toMatchObject({ query: 'cooling', like: [2], unlike: [] }));
    host.searches.at(-1)?.send({ results: [3, 2].map((id) => result(id)), last: true });
    await waitFor(() => expect(names()).toEqual(['3.txt', '2.txt']));
    await fireEvent.click(screen.getByRole('button', { name: strings.removePart(strings.judged('2.txt', true)) }));
    await waitFor(() => expect(host.searches.at(-1)?.request).toMatchObject({ query: 'cooling', like: [], unlike: [] }));
  });
});
