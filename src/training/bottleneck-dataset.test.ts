import { expect, it } from 'vitest';
import type { BottleneckRows } from '../features/retrain-text.ts';
import { makeBottleneckDataset } from './bottleneck-dataset.ts';

const paths = ['a/1.jpg.txt', 'a/2.jpg.txt', 'a/3.jpg.txt', 'b/4.jpg.txt', 'b/5.jpg.txt', 'b/6.jpg.txt'];
const files = paths.map((path) => ({ path, file: `/texts/${path}`, label: path.startsWith('a') ? 0 : 1 }));
const folder = { name: 'texts', classes: ['a', 'b'], files };

function rowsOf(identities: readonly string[]): BottleneckRows {
  const values = Float32Array.from({ length: 12 }, (_, index) => index);
  return { identities, files, columns: 2, values, skipped: [] };
}

it('text files are photos, with their rows', () => {
  const read = rowsOf(['s1', 's2', 's3', 's4', 's5', 's6']);
  const { dataset, rows } = makeBottleneckDataset('/texts', folder, read);
  expect(dataset.photos.map(({ path, label }) => [path, label])).toEqual([
    ['a/1.jpg', 0],
    ['a/2.jpg', 0],
    ['a/3.jpg', 0],
    ['b/4.jpg', 1],
    ['b/5.jpg', 1],
    ['b/6.jpg', 1],
  ]);
  expect({ rows, skipped: dataset.skipped, notices: dataset.notices }).toEqual({
    rows: read,
    skipped: [],
    notices: [],
  });
});

it('the same text in two classes is left out of both and listed, with its rows; copies within a class stay', () => {
  const read = rowsOf(['same', 'copy', 'copy', 's4', 'same', 's6']);
  const { dataset, rows } = makeBottleneckDataset('/texts', folder, read);
  expect(dataset.photos.map(({ path, sha256 }) => [path, sha256])).toEqual([
    ['a/2.jpg', 'copy'],
    ['a/3.jpg', 'copy'],
    ['b/4.jpg', 's4'],
    ['b/6.jpg', 's6'],
  ]);
  expect([...rows.values]).toEqual([2, 3, 4, 5, 6, 7, 10, 11]);
  expect(rows.identities).toEqual(['copy', 'copy', 's4', 's6']);
  expect(dataset.skipped).toEqual([
    {
      path: 'a/1.jpg',
      code: 'PHOTO_IN_TWO_CLASSES',
      reason: 'The same photo is also in the class "b", as b/5.jpg: remove the wrong one.',
    },
    {
      path: 'b/5.jpg',
      code: 'PHOTO_IN_TWO_CLASSES',
      reason: 'The same photo is also in the class "a", as a/1.jpg: remove the wrong one.',
    },
  ]);
  expect(dataset.notices).toEqual([
    '1 photo is an exact copy of another in the same class; copies always share a part.',
  ]);
});
