import { expect, test } from 'vitest';
import { strings } from './strings';

const nowhere = { page: null, unit: 'page', label: null, line: null } as const;

test('a place is said in the words of its document', () => {
  expect(strings.place({ ...nowhere, page: 4 })).toBe('page 4');
  expect(strings.place({ ...nowhere, page: 6, label: 'iv' })).toBe('page 6 (iv)');
  expect(strings.place({ ...nowhere, page: 2, unit: 'slide' })).toBe('slide 2');
  expect(strings.place({ ...nowhere, page: 1, unit: 'sheet', label: 'Budget!A1:F20' })).toBe('Budget!A1:F20');
  expect(strings.place({ ...nowhere, line: 12 })).toBe('line 12');
  expect(strings.place({ ...nowhere, label: 'attachment' })).toBe('attachment');
  expect(strings.place(nowhere)).toBeNull();
});
