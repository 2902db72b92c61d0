import { expect, test } from 'vitest';
import { nextHour, tomorrowMorning } from './pauses';

test('a pause ends an hour later, or on the next morning', () => {
  const now = new Date(2026, 10, 30, 23, 50);
  expect(new Date(nextHour(now))).toEqual(new Date(2026, 11, 1, 0, 50));
  expect(new Date(tomorrowMorning(now))).toEqual(new Date(2026, 11, 1, 6, 0));
});
