import { describe, expect, it } from 'vitest';
import { withCondition, withoutParts } from './scopes';

describe('withCondition', () => {
  it('adds a condition, in quotation marks where it needs them', () => {
    expect(withCondition('rent', 'type', 'pdf')).toBe('rent type:pdf');
    expect(withCondition('', 'folder', '/home/me/My letters')).toBe('folder:"/home/me/My letters"');
  });

  it('replaces one of the same field', () => {
    expect(withCondition('rent type:mail 2024', 'type', 'pdf')).toBe('rent type:pdf 2024');
    expect(withCondition('folder:"/a b" rent', 'folder', '/c')).toBe('folder:/c rent');
    expect(withCondition('rent type:pdf', 'type', 'pdf')).toBe('rent type:pdf');
  });

  it('keeps signs of a path that mean something in a replacement', () => {
    expect(withCondition('rent folder:/a', 'folder', '/b/$1')).toBe('rent folder:/b/$1');
  });
});

it('takes several parts out at once, counting characters', () => {
  expect(withoutParts('😀 type:pdf rent -dog', [[2, 10], [16, 20]])).toBe('😀 rent');
});
