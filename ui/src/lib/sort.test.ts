import { expect, it } from 'vitest';
import { sorted } from './sort';

const rows = [
  { name: 'letter 10.txt', modified_ms: 20 },
  { name: 'Letter 9.txt', modified_ms: 30 },
  { name: 'apple.txt', modified_ms: 10 },
];
const names = (sort: 'best' | 'newest' | 'name') => sorted(rows, sort, 'en').map((row) => row.name);

it('puts the newest first, and names as people read them', () => {
  expect(names('best')).toEqual(['letter 10.txt', 'Letter 9.txt', 'apple.txt']);
  expect(names('newest')).toEqual(['Letter 9.txt', 'letter 10.txt', 'apple.txt']);
  expect(names('name')).toEqual(['apple.txt', 'Letter 9.txt', 'letter 10.txt']);
});
