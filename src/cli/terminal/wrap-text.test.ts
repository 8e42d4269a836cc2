import { expect, it } from 'vitest';
import { wrapText } from './wrap-text.ts';

it('breaks at words and keeps the indentation', () => {
  expect(wrapText('  one two three four', 12)).toBe('  one two\n  three four');
});

it('cuts a word that is wider than the screen, and counts wide characters as two', () => {
  expect(wrapText('abcdefghijkl', 8)).toBe('abcdefgh\nijkl');
  expect(wrapText('花花花花花花', 8)).toBe('花花花花\n花花');
});

it('leaves short lines, empty ones and the spaces between columns as they are', () => {
  expect(wrapText('class    photos', 80)).toBe('class    photos');
  expect(wrapText('', 80)).toBe('');
});
