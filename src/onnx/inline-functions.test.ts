import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Graph } from './graph.ts';
import { type FunctionProtoSchema, ModelProtoSchema, type NodeProtoSchema } from './proto/onnx_pb.ts';
import { decodeModel } from './read.ts';

type FunctionInit = MessageInitShape<typeof FunctionProtoSchema>;
type NodeInit = MessageInitShape<typeof NodeProtoSchema>;

/** Scales `a` by the attribute `by`, 2 by default, and adds `b` where it is given. */
const scale: FunctionInit = {
  domain: 'mine',
  name: 'Scale',
  input: ['a', 'b'],
  output: ['c'],
  attribute: ['rounding'],
  attributeProto: [{ name: 'by', type: 1, f: 2 }],
  opsetImport: [{ version: 18n }],
  node: [
    { opType: 'Constant', output: ['k'], attribute: [{ name: 'value_float', type: 1, refAttrName: 'by' }] },
    {
      opType: 'Mul',
      name: 'mul',
      input: ['a', 'k'],
      output: ['m'],
      attribute: [{ name: 'mode', type: 3, refAttrName: 'rounding' }],
    },
    { opType: 'Sum', name: 'sum', input: ['m', 'b'], output: ['c'] },
  ],
};

describe('a call of a function that the file defines', () => {
  it('becomes the nodes of the function, with names and attributes of the call', () => {
    const { nodes } = decode(
      [scale],
      [
        {
          opType: 'Scale',
          domain: 'mine',
          name: 'first',
          input: ['x', 'x'],
          output: ['t'],
          attribute: [{ name: 'by', type: 1, f: 5 }],
        },
        {
          opType: 'Scale',
          domain: 'mine',
          name: 'second',
          input: ['t'],
          output: ['y'],
          attribute: [{ name: 'rounding', type: 3, s: Buffer.from('up') }],
        },
      ],
    );
    expect(nodes).toEqual([
      { op: 'Constant', name: '', inputs: [], outputs: ['t/k'], attributes: { value_float: { float: 5 } } },
      { op: 'Mul', name: 't/mul', inputs: ['x', 't/k'], outputs: ['t/m'], attributes: {} },
      { op: 'Sum', name: 't/sum', inputs: ['t/m', 'x'], outputs: ['t'], attributes: {} },
      { op: 'Constant', name: '', inputs: [], outputs: ['y/k'], attributes: { value_float: { float: 2 } } },
      {
        op: 'Mul',
        name: 'y/mul',
        inputs: ['t', 'y/k'],
        outputs: ['y/m'],
        attributes: { mode: { string: 'up' } },
      },
      { op: 'Sum', name: 'y/sum', inputs: ['y/m', ''], outputs: ['y'], attributes: {} },
    ]);
  });

  it('is replaced inside functions and branches too', () => {
    const outer: FunctionInit = {
      domain: 'mine',
      name: 'Outer',
      input: ['p'],
      output: ['q'],
      node: [{ opType: 'Scale', domain: 'mine', input: ['p'], output: ['q'] }],
    };
    const call: NodeInit = { opType: 'Outer', domain: 'mine', input: ['x'], output: ['z'] };
    const branch: NodeInit = {
      opType: 'If',
      input: ['c'],
      output: ['y'],
      attribute: [{ name: 'then_branch', type: 5, g: { node: [call] } }],
    };
    const [condition] = decode([scale, outer], [branch]).nodes;
    const inner = condition?.attributes.then_branch;
    expect(
      inner !== undefined && 'graph' in inner && inner.graph.nodes.map(({ op, outputs }) => [op, ...outputs]),
    ).toEqual([
      ['Constant', 'z/k'],
      ['Mul', 'z/m'],
      ['Sum', 'z'],
    ]);
  });

  const call: NodeInit = { opType: 'Scale', domain: 'mine', name: 'call', input: ['x'], output: ['y'] };
  const itself: NodeInit = { opType: 'Scale', domain: 'mine', input: ['a'], output: ['c'] };
  it.each<[string, FunctionInit, string]>([
    ['calls itself', { ...scale, node: [itself] }, 'function Scale (node y) is called deeper than 32 levels'],
    [
      'is of another operator set',
      { ...scale, opsetImport: [{ version: 9n }] },
      'function Scale (node call) is of another operator set',
    ],
    [
      'holds a graph',
      {
        ...scale,
        node: [{ opType: 'If', name: 'inner', attribute: [{ name: 'then_branch', type: 5, g: {} }] }],
      },
      'function Scale holds a graph in its node inner',
    ],
  ])('is refused when the function %s', (_, changed, message) => {
    expect(() => decode([changed], [call])).toThrow(message);
  });

  it('is refused when functions that call functions grow without end', () => {
    const functions = Array.from({ length: 7 }, (_, level): FunctionInit => {
      const next: NodeInit = {
        opType: level === 6 ? 'Relu' : `F${level + 1}`,
        domain: level === 6 ? '' : 'mine',
      };
      return { domain: 'mine', name: `F${level}`, node: new Array<NodeInit>(12).fill(next) };
    });
    expect(() => decode(functions, [{ opType: 'F0', domain: 'mine', output: ['y'] }])).toThrow(
      'its functions expand to more than 200000 nodes',
    );
  });

  it('is refused beside sparse tensors, which have no place in our graphs', () => {
    const graph = { name: 'net', sparseInitializer: [new Uint8Array()] };
    const bytes = toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { graph, opsetImport: [{ version: 18n }] }),
    );
    expect(() => decodeModel(bytes, 'net.onnx')).toThrow(
      'its field sparse_initializer of graph net holds sparse tensors',
    );
  });
});

function decode(functions: readonly FunctionInit[], nodes: readonly NodeInit[]): Graph {
  const model = create(ModelProtoSchema, {
    opsetImport: [{ version: 18n }, { domain: 'mine', version: 1n }],
    functions: [...functions],
    graph: { name: 'net', node: [...nodes] },
  });
  return decodeModel(toBinary(ModelProtoSchema, model), 'net.onnx').graph;
}
