import { describe, expect, it } from 'vitest';
import { floats, int64s, node } from '../../onnx/build.ts';
import type { Attribute, Graph, GraphNode, Tensor } from '../../onnx/graph.ts';
import { flattenGraph } from './flatten-graph.ts';
import { keepNeeded } from './keep-needed.ts';

const yes: Tensor = { type: 'bool', dims: [], data: Uint8Array.of(1) };
const no: Tensor = { type: 'bool', dims: [1], data: Uint8Array.of(0) };

describe('a graph that is brought into its plain form', () => {
  it('has initializers in place of Constant nodes, of every kind of number', () => {
    const constants: [string, Attribute, Tensor][] = [
      ['value', { tensor: floats([1], [7]) }, floats([1], [7])],
      ['value_float', { float: 0.5 }, floats([], [0.5])],
      ['value_floats', { floats: [1, 2] }, floats([2], [1, 2])],
      ['value_int', { int: 3 }, int64s([3], [])],
      ['value_ints', { ints: [4, 5] }, int64s([4, 5])],
    ];
    const nodes = constants.map(([name, value]) => node('Constant', [], [`of ${name}`], { [name]: value }));
    const { nodes: left, initializers } = flatten([
      ...nodes,
      node('Sum', ['x', ...constants.map(([name]) => `of ${name}`)], ['y']),
    ]);
    expect(left.map(({ op }) => op)).toEqual(['Sum']);
    for (const [name, , tensor] of constants) expect(initializers.get(`of ${name}`)).toEqual(tensor);
  });

  it('has no Identity and no Dropout, and its outputs keep their names', () => {
    const { nodes } = flatten([
      node('Relu', ['x'], ['a']),
      node('Identity', ['a'], ['b']),
      node('Dropout', ['b'], ['c', 'mask']),
      node('Neg', ['c'], ['d']),
      node('Dropout', ['d'], ['y']),
    ]);
    expect(nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs])).toEqual([
      ['Relu', 'x', 'a'],
      ['Neg', 'a', 'y'],
    ]);
  });

  it('keeps an Identity where two outputs are one tensor, or an output is the input', () => {
    const { nodes } = flatten(
      [node('Relu', ['x'], ['y']), node('Identity', ['y'], ['z']), node('Identity', ['x'], ['w'])],
      {},
      ['y', 'z', 'w'],
    );
    expect(nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs])).toEqual([
      ['Relu', 'x', 'y'],
      ['Identity', 'y', 'z'],
      ['Identity', 'x', 'w'],
    ]);
  });

  it.each([
    ['true', yes, 'Relu'],
    ['false', no, 'Neg'],
  ])('has the branch of an If that is always %s, with names of its own', (_, condition, op) => {
    const branch = (name: string): Attribute => ({
      graph: {
        ...graphOf([node(name, ['t'], ['u']), node('Add', ['u', 'k'], ['v'])], { k: floats([1], [1]) }, [
          'v',
        ]),
        inputs: [],
      },
    });
    const { nodes, initializers } = flatten(
      [
        node('Constant', [], ['k'], { value_float: { float: 5 } }),
        node('Mul', ['x', 'k'], ['t']),
        node('If', ['always'], ['first'], { then_branch: branch('Relu'), else_branch: branch('Neg') }),
        node('If', ['always'], ['second'], { then_branch: branch('Relu'), else_branch: branch('Neg') }),
        node('Sub', ['first', 'second'], ['y']),
      ],
      { always: condition },
    );
    expect(nodes.map((entry) => [entry.op, ...entry.inputs, ...entry.outputs])).toEqual([
      ['Mul', 'x', 'k', 't'],
      [op, 't', 'u'],
      ['Add', 'u', 'k_2', 'v'],
      [op, 't', 'u_2'],
      ['Add', 'u_2', 'k_3', 'v_2'],
      ['Sub', 'v', 'v_2', 'y'],
    ]);
    expect(initializers.get('k_3')).toEqual(floats([1], [1]));
  });

  it('has no initializers among its inputs, and none of the nodes and constants that nothing needs', () => {
    const graph = graphOf([node('Add', ['x', 'w'], ['y']), node('Relu', ['w'], ['unread'])], {
      w: floats([1], [1]),
      spare: floats([1], [2]),
    });
    const listed = {
      ...graph,
      inputs: [...graph.inputs, { name: 'w', type: 'float32' as const, dims: [1] }],
    };
    const draft = flattenGraph(listed, 'net.onnx');
    keepNeeded(draft);
    expect(draft.inputs.map(({ name }) => name)).toEqual(['x']);
    expect([...draft.initializers.keys()]).toEqual(['w']);
    expect(draft.nodes.map(({ op }) => op)).toEqual(['Add']);
  });

  it('has its nodes in topological order, and long chains do not matter', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      node('Relu', [index === 0 ? 'x' : `t${index}`], [index === 19_999 ? 'y' : `t${index + 1}`]),
    );
    const draft = flatten([...chain].reverse());
    expect(draft.nodes.map(({ outputs }) => outputs[0])).toEqual(chain.map(({ outputs }) => outputs[0]));
  });

  it.each([
    [
      'a tensor that nothing makes',
      [node('Add', ['x', 'ghost'], ['y'])],
      'an input of node y that nothing makes: tensor ghost',
    ],
    ['an output that nothing makes', [node('Relu', ['x'], ['a'])], 'an output that nothing makes: tensor y'],
    ['a circle', [node('Add', ['x', 'b'], ['y']), node('Relu', ['y'], ['b'])], 'that needs its own output'],
    [
      'two tensors of one name',
      [node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])],
      'a second tensor y, made by node y',
    ],
    ['a tensor named as the input', [node('Relu', ['x'], ['x'])], 'a second tensor x'],
  ])('is refused with %s', (_, nodes, message) => {
    expect(() => flatten(nodes)).toThrow(message);
    expect(() => flatten(nodes)).toThrow(/^Expected .* in net\.onnx but found/);
  });

  it.each([
    ['value_string', { string: 'text' }],
    ['value_strings', { strings: ['text'] }],
  ])('is refused with a Constant of text: %s', (name, value) => {
    expect(() =>
      flatten([node('Constant', [], ['k'], { [name]: value }), node('Relu', ['x'], ['y'])]),
    ).toThrow('Constant (node k) in net.onnx cannot be imported');
  });
});

function graphOf(
  nodes: readonly GraphNode[],
  initializers: Record<string, Tensor> = {},
  outputs = ['y'],
): Graph {
  return {
    name: 'net',
    nodes,
    initializers: new Map(Object.entries(initializers)),
    inputs: [{ name: 'x', type: 'float32', dims: ['N', 3, 4, 4] }],
    outputs: outputs.map((name) => ({ name, type: 'float32', dims: [] })),
  };
}

function flatten(
  nodes: readonly GraphNode[],
  initializers?: Record<string, Tensor>,
  outputs?: string[],
): ReturnType<typeof flattenGraph> {
  const draft = flattenGraph(graphOf(nodes, initializers, outputs), 'net.onnx');
  keepNeeded(draft);
  return draft;
}
