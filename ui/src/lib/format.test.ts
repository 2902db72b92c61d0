import { describe, expect, it } from 'vitest';
import { day, middleEllipsis, timeLeft } from './format';

describe('timeLeft', () => {
  it.each([
    [3, 'a few seconds left'],
    [30, 'less than a minute left'],
    [55, 'about 1 min left'],
    [181, 'about 3 min left'],
    [15 * 60, 'about 15 min left'],
    [22 * 60, 'about 20 min left'],
    [57 * 60, 'about 55 min left'],
    [59 * 60, 'about 1 h left'],
    [95 * 60, 'about 1 h 30 min left'],
    [10.2 * 3600, 'about 10 h left'],
    [30 * 3600, 'more than a day left'],
  ])('says %d seconds as "%s"', (seconds, words) => {
    expect(timeLeft(seconds)).toBe(words);
  });

  it('says nothing where the time cannot be told', () => {
    expect(timeLeft(null)).toBeNull();
    expect(timeLeft(Number.NaN)).toBeNull();
    expect(timeLeft(Infinity)).toBeNull();
    expect(timeLeft(-1)).toBeNull();
  });
});

describe('day', () => {
  const now = new Date(2026, 2, 15, 9, 30);

  it('calls the last two days by their names', () => {
    expect(day(new Date(2026, 2, 15, 0, 5).getTime(), now)).toBe('today');
    expect(day(new Date(2026, 2, 14, 23, 55).getTime(), now)).toBe('yesterday');
  });

  it('writes older days with their year', () => {
    expect(day(new Date(2024, 11, 31).getTime(), now)).toContain('2024');
  });
});

describe('middleEllipsis', () => {
  it('leaves a short path alone', () => {
    expect(middleEllipsis('/home/robin', 20)).toBe('/home/robin');
  });

  it('keeps the beginning and the folders nearest to the file', () => {
    expect(middleEllipsis('/home/robin/a very long folder name/letters/2024', 26)).toBe(
      '/home/…/letters/2024',
    );
  });

  it('keeps the last folder even where it alone is too long', () => {
    expect(middleEllipsis('/home/x/an extremely long last folder', 12)).toBe(
      '/home/…/an extremely long last folder',
    );
  });

  it('understands Windows paths', () => {
    expect(middleEllipsis('C:\\Users\\robin\\Documents\\letters', 20)).toBe('C:\\…\\letters');
  });
});
