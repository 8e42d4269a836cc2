import { expect, it } from 'vitest';
import { formatTable, padCell } from './table.ts';

it('aligns columns, and counts wide characters, accents and colours as the terminal does', () => {
  expect(
    formatTable(
      [
        ['バラ', '7', 'x'],
        ['rose', '12', 'y'],
        ['e\u0301', '3', ''],
        ['\u001b[1mred\u001b[22m', '4', 'z'],
      ],
      ['left', 'right'],
    ),
  ).toEqual(['バラ   7  x', 'rose  12  y', 'e\u0301      3', '\u001b[1mred\u001b[22m    4  z']);
});

it('leaves a cell that is too long as it is', () => {
  expect(padCell('dandelion', 4)).toBe('dandelion');
});
