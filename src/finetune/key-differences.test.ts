import { expect, it } from 'vitest';
import { keyDifferences } from './key-differences.ts';

const key = { photos: 'a'.repeat(64), options: { epochs: 8, optimizer: 'sgd', views: [1, 2] }, seed: 1 };
const changed = (change: object): string => JSON.stringify({ ...key, ...change });

it.each([
  ['nothing', changed({}), []],
  ['photos, whose hash says nothing', changed({ photos: 'b'.repeat(64) }), ['photos']],
  ['a field', changed({ seed: 2 }), ['seed (1, now 2)']],
  [
    'fields of a field',
    changed({ options: { ...key.options, epochs: 10, optimizer: 'adamw' } }),
    ['options.epochs (8, now 10)', 'options.optimizer ("sgd", now "adamw")'],
  ],
  ['a new field', changed({ cut: 'Mixed_6e' }), ['cut (none, now "Mixed_6e")']],
  [
    'a field that is gone',
    JSON.stringify({ photos: key.photos, options: key.options }),
    ['seed (1, now none)'],
  ],
])('names what differs: %s', (_, now, expected) => {
  expect(keyDifferences(JSON.stringify(key), now)).toEqual(expected);
});

it('compares texts that are no JSON as a whole', () => {
  expect(keyDifferences('one', 'two')).toEqual(['key ("one", now "two")']);
  expect(keyDifferences('one', 'one')).toEqual([]);
});
