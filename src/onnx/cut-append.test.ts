import { expect, it } from 'vitest';
import { append } from './append.ts';
import { floats, node } from './build.ts';
import { cutAt } from './cut.ts';
import type { Model, ValueInfo } from './graph.ts';

const value = (name: string): ValueInfo => ({ name, type: 'float32', dims: ['N', 2] });

/** x → a → b → c, and a → d; each but `a` adds a constant. */
const chain: Model = {
  opset: 17,
  metadata: { kept: 'yes' },
  graph: {
    name: 'chain',
    nodes: [
      node('Relu', ['x'], ['a']),
      node('Add', ['a', 'for b'], ['b']),
      node('Add', ['b', 'for c'], ['c']),
      node('Add', ['a', 'for d'], ['d']),
    ],
    initializers: new Map(['for b', 'for c', 'for d'].map((name) => [name, floats([2], [1, 2])])),
    inputs: [value('x')],
    outputs: [value('c'), value('d')],
  },
};

it('cutting keeps what the outputs need, in order, and drops the rest', () => {
  const { graph, metadata } = cutAt(chain, [value('b')]);
  expect(graph.nodes.map(({ name }) => name)).toEqual(['a', 'b']);
  expect([...graph.initializers.keys()]).toEqual(['for b']);
  expect(graph.inputs).toEqual([value('x')]);
  expect(graph.outputs).toEqual([value('b')]);
  expect(metadata).toEqual({ kept: 'yes' });
});

it('cutting at several tensors shares what they have in common', () => {
  const { graph } = cutAt(chain, [value('d'), value('a')]);
  expect(graph.nodes.map(({ name }) => name)).toEqual(['a', 'd']);
});

it('cutting at a tensor that no node makes names it', () => {
  expect(() => cutAt(chain, [value('nowhere')])).toThrow('No node of chain makes the tensor nowhere');
});

it('appending adds nodes and constants at the end, and leaves the original as it was', () => {
  const before = structuredClone(chain);
  const longer = append(chain, {
    nodes: [node('Mul', ['c', 'two'], ['e'])],
    initializers: new Map([['two', floats([], [2])]]),
    outputs: [value('e')],
  });
  expect(longer.graph.nodes.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(longer.graph.initializers.get('two')).toEqual(floats([], [2]));
  expect(longer.graph.outputs).toEqual([value('e')]);
  expect(chain).toEqual(before);
});

it.each([
  ['a node of the graph', { nodes: [node('Relu', ['c'], ['b'])] }, 'b'],
  ['a constant of the graph', { nodes: [node('Relu', ['c'], ['for b'])] }, 'for b'],
  ['an input of the graph', { nodes: [node('Relu', ['c'], ['x'])] }, 'x'],
  ['another added node', { nodes: [node('Relu', ['c'], ['e']), node('Relu', ['b'], ['e'])] }, 'e'],
])('appending refuses a tensor that has the name of %s', (_, addition, name) => {
  expect(() => append(chain, { ...addition, outputs: [] })).toThrow(
    `Two tensors of chain would be called ${name}`,
  );
});
