import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('shows control characters instead of obeying them', () => {
  expect(printable('\u001b[31mred\u001b[0m')).toBe('\\x1b[31mred\\x1b[0m');
  expect(printable('new\nline\u202e')).toBe('new\\x0aline\\u202e');
});

it('leaves names in any script as they are', () => {
  expect(printable('Käse 花 🌻')).toBe('Käse 花 🌻');
});
