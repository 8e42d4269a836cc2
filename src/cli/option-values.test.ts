import { expect, it } from 'vitest';
import {
  choiceOption,
  integerOption,
  listOption,
  numberOption,
  percentOption,
  positiveNumberOption,
  suggestNearest,
} from './option-values.ts';

it('takes integers of the range, whatever their sign and leading zeros', () => {
  const parse = integerOption('--top', 1, 80);
  expect(['1', '80', '+7', '007'].map(parse)).toEqual([1, 80, 7, 7]);
});

it.each(['', ' 1', '0', '81', '-1', '1.5', '1e1', '0x10', 'NaN', 'Infinity', 'abc', '１'])(
  'refuses %j for an integer between 1 and 80',
  (text) => {
    expect(() => integerOption('--top', 1, 80)(text)).toThrow(
      `Expected integer between 1 and 80 for --top but received '${text}'.`,
    );
  },
);

it('refuses integers that a number cannot hold', () => {
  expect(() => integerOption('--seed', 0)('9007199254740993')).toThrow(
    'Expected integer of at least 0 for --seed',
  );
});

it('takes decimal numbers with exponents', () => {
  expect(['0', '1e-4', '.5', '2.', '+3'].map(numberOption('--days', 0))).toEqual([0, 1e-4, 0.5, 2, 3]);
});

it.each(['', '0', '-1', '0x10', '1e999', 'Infinity', '1,5', 'auto'])(
  'refuses %j for a number above 0',
  (text) => {
    expect(() => positiveNumberOption('--l2')(text)).toThrow(
      `Expected number above 0 for --l2 but received '${text}'.`,
    );
  },
);

it('refuses an unknown word with the nearest one', () => {
  const parse = choiceOption('--head', ['logistic', 'retrain']);
  expect(parse('retrain')).toBe('retrain');
  expect(() => parse('Retrian')).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', hint: 'Did you mean retrain?' }) as Error,
  );
  expect(() => parse('svm')).toThrow(
    expect.objectContaining({ hint: 'Choose logistic or retrain.' }) as Error,
  );
});

it('suggests nothing when nothing is near', () => {
  expect(suggestNearest('prnue', ['show', 'prune', 'clear'])).toBe('Did you mean prune?');
  expect(suggestNearest('xyzzy', ['show', 'prune', 'clear'])).toBeUndefined();
  expect(suggestNearest('a', [])).toBeUndefined();
});

it('splits lists at commas', () => {
  expect(listOption('Mixed_7a, Mixed_7c')).toEqual(['Mixed_7a', 'Mixed_7c']);
});

it('takes a percentage of the range', () => {
  const parse = percentOption('--false-rejection', 0.1, 50);
  expect(['0.1', '50', '2.5'].map(parse)).toEqual([0.1, 50, 2.5]);
  for (const text of ['0', '50.1', '', '5 %', 'NaN']) {
    expect(() => parse(text)).toThrow(
      `Expected number between 0.1 and 50 for --false-rejection but received '${text}'.`,
    );
  }
});
