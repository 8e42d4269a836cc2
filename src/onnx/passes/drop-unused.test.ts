import { expect, it } from 'vitest';
import { floats, node } from '../build.ts';
import { draftModel } from '../testing/draft-model.ts';
import { dropUnused } from './drop-unused.ts';

it('nodes and constants that no output needs are dropped, the others stay in order', () => {
  const model = draftModel(
    [2],
    [
      node('Relu', ['x'], ['a']),
      node('Add', ['a', 'unused'], ['b']),
      node('Neg', ['b'], ['', 'c']),
      node('Clip', ['a', '', 'high'], ['y']),
    ],
    { unused: floats([2], [1, 2]), high: floats([], [1]) },
    ['y'],
  );
  const { graph } = dropUnused(model);
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Relu', 'Clip']);
  expect([...graph.initializers.keys()]).toEqual(['high']);
});

it('a graph whose every part is needed is given back as it is', () => {
  const model = draftModel([2], [node('Relu', ['x'], ['y'])]);
  expect(dropUnused(model)).toBe(model);
});
