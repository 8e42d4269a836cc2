import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { floats, int64s, node } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { runModel } from '../testing/run-model.ts';
import { encodeModel } from '../write.ts';
import { bytesPerRow } from './bytes-per-row.ts';
import { differentiate } from './differentiate.ts';
import { firstTrainable } from './first-trainable.ts';

const constants = {
  w: floats([2, 2], [1, 2, 3, 4]),
  b: floats([2], [0.5, -1]),
  v: floats([2, 1], [2, -1]),
};

/** `loss = mean((x · w + b) · v)`. */
const linear = draftModel(
  [2],
  [
    node('MatMul', ['x', 'w'], ['a']),
    node('Add', ['a', 'b'], ['h']),
    node('MatMul', ['h', 'v'], ['y']),
    node('ReduceMean', ['y'], ['loss'], { keepdims: { int: 0 } }),
  ],
  constants,
  ['y'],
);

describe('a differentiated graph', () => {
  it('has the parameters as inputs and their gradients as outputs, in the order given', () => {
    const { graph } = differentiate(linear, { loss: 'loss', parameters: ['b', 'w'] });
    expect(graph.inputs).toEqual([
      { name: 'x', type: 'float32', dims: ['N', 2] },
      { name: 'b', type: 'float32', dims: [2] },
      { name: 'w', type: 'float32', dims: [2, 2] },
    ]);
    expect(graph.outputs).toEqual([
      { name: 'y', type: 'float32', dims: ['N', 1] },
      { name: 'gradient/b', type: 'float32', dims: [2] },
      { name: 'gradient/w', type: 'float32', dims: [2, 2] },
    ]);
    expect(graph.initializers.get('v')).toBe(constants.v);
    expect(graph.initializers.has('w')).toBe(false);
  });

  it('gives the gradients of the loss for the parameters that are fed, whatever the batch', async () => {
    const trained = differentiate(linear, { loss: 'loss', parameters: ['w', 'b', 'v'] });
    const x = floats([2, 2], [1, 2, 3, 5]);
    const outputs = await runModel(trained, {
      x,
      w: floats([2, 2], [1, 0, 0, 1]),
      b: constants.b,
      v: constants.v,
    });
    // With w the identity: h = x + b, the mean of x is [2, 3.5].
    expect(outputs['y']?.data).toEqual(Float32Array.of(2 * 1.5 - 1, 2 * 3.5 - 4));
    expect(outputs['gradient/w']?.data).toEqual(Float32Array.of(4, -2, 7, -3.5));
    expect(outputs['gradient/b']?.data).toEqual(Float32Array.of(2, -1));
    expect(outputs['gradient/v']?.data).toEqual(Float32Array.of(2.5, 2.5));
  });

  it('adds the gradients of a tensor that is read several times, also twice by one node', async () => {
    const model = draftModel(
      [2],
      [
        node('Mul', ['p', 'p'], ['square']),
        node('Add', ['square', 'p'], ['more']),
        node('Mul', ['more', 'x'], ['y']),
        node('ReduceSum', ['y'], ['loss'], { keepdims: { int: 0 } }),
      ],
      { p: floats([2], [3, -2]) },
      ['loss'],
    );
    const trained = differentiate(model, { loss: 'loss', parameters: ['p'] });
    const outputs = await runModel(trained, { x: floats([1, 2], [1, 10]), p: floats([2], [3, -2]) });
    // (2p + 1) · x
    expect(outputs['gradient/p']?.data).toEqual(Float32Array.of(7, -30));
  });

  it('names the gradient of each of two parameters that share it', async () => {
    const model = draftModel(
      [],
      [node('Add', ['p', 'q'], ['s']), node('Identity', ['s'], ['loss'])],
      { p: floats([1], [3]), q: floats([1], [4]) },
      ['loss'],
    );
    const trained = differentiate(model, { loss: 'loss', parameters: ['p', 'q'] });
    const outputs = await runModel(trained, {
      x: floats([1], [0]),
      p: floats([1], [3]),
      q: floats([1], [4]),
    });
    expect(outputs['loss']?.data).toEqual(Float32Array.of(7));
    expect(outputs['gradient/p']?.data).toEqual(Float32Array.of(1));
    expect(outputs['gradient/q']?.data).toEqual(Float32Array.of(1));
  });

  it('computes nothing below the lowest parameter', () => {
    const { graph } = differentiate(linear, { loss: 'loss', parameters: ['v'] });
    const added = graph.nodes.slice(4).map(({ op }) => op);
    expect(added.filter((op) => op === 'MatMul' || op === 'Gemm')).toHaveLength(1);
  });

  it('is the same bytes each time', () => {
    const options = { loss: 'loss', parameters: ['w', 'b', 'v'] };
    expect(encodeModel(differentiate(linear, options))).toEqual(encodeModel(differentiate(linear, options)));
  });

  it('passes an operator without a rule that no gradient flows through', () => {
    const model = chain([node('Elu', ['x'], ['a']), node('MatMul', ['a', 'w'], ['h'])]);
    expect(differentiate(model, { loss: 'loss', parameters: ['w'] }).graph.outputs).toHaveLength(2);
  });
});

describe('what cannot be differentiated', () => {
  const elu = [node('MatMul', ['x', 'w'], ['a']), { ...node('Elu', ['a'], ['h']), name: 'middle' }];

  it.each<[string, GraphNode[], RegExp]>([
    ['an operator without a rule', elu, /found Elu at node middle: there is no rule/],
    [
      'an operator of another domain',
      [node('MatMul', ['x', 'w'], ['a']), { ...node('Relu', ['a'], ['h']), domain: 'com.example' }],
      /found com\.example\.Relu at node h/,
    ],
    [
      'a cast to another type',
      [
        node('MatMul', ['x', 'w'], ['a']),
        node('Cast', ['a'], ['c'], { to: { int: 11 } }),
        node('Cast', ['c'], ['h'], { to: { int: 1 } }),
      ],
      /computes in float64/,
    ],
    [
      'bounds that are computed',
      [
        node('MatMul', ['x', 'w'], ['a']),
        node('ReduceMax', ['x'], ['most'], { keepdims: { int: 0 } }),
        node('Clip', ['a', '', 'most'], ['h']),
      ],
      /bounds are not constant/,
    ],
    [
      'statistics of the batch',
      [
        node('MatMul', ['x', 'w'], ['a']),
        node('BatchNormalization', ['a', 'b', 'b', 'b', 'b'], ['h', '', ''], { training_mode: { int: 1 } }),
      ],
      /statistics from the batch/,
    ],
    [
      'padding by reflection',
      [node('MatMul', ['x', 'w'], ['a']), node('Pad', ['a', 'pads'], ['h'], { mode: { string: 'reflect' } })],
      /only constant padding/,
    ],
  ])('%s is named with its node', (_, nodes, message) => {
    const model = chain(nodes);
    const attempt = (): Model => differentiate(model, { loss: 'loss', parameters: ['w'] });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(RegraftError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'NOT_DIFFERENTIABLE' }));
  });

  it('ends the blocks that can be trained: the first tensor behind it is told', () => {
    const model = chain(
      [...elu, node('MatMul', ['h', 'w'], ['again']), node('Relu', ['again'], ['last'])],
      'last',
    );
    expect(firstTrainable(model, ['a', 'h', 'again', 'last'], 'loss')).toBe('h');
    expect(firstTrainable(model, ['a'], 'loss')).toBeUndefined();
    expect(firstTrainable(linear, ['a', 'h'], 'loss')).toBe('a');
  });

  it.each<[string, string, readonly string[], RegExp]>([
    ['a loss of several elements', 'y', ['w'], /one element/],
    ['a loss that is not there', 'gone', ['w'], /one element/],
    ['a parameter that is no constant', 'loss', ['h'], /h is no float32 constant/],
    ['a parameter of another type', 'loss', ['whole'], /whole is no float32 constant/],
    ['a parameter that the loss does not depend on', 'loss', ['unused'], /does not depend on unused/],
    ['a parameter that is named twice', 'loss', ['w', 'w'], /twice/],
  ])("%s is the caller's defect", (_, loss, parameters, message) => {
    const more = new Map<string, Tensor>([
      ...linear.graph.initializers,
      ['whole', int64s([1])],
      ['unused', floats([1], [1])],
    ]);
    const model = { ...linear, graph: { ...linear.graph, initializers: more } };
    expect(() => differentiate(model, { loss, parameters })).toThrow(message);
  });
});

it('the bytes a row are those of the tensors that are needed at one time', () => {
  // a and h, of two values each, while h is made; y, of one, when a is no longer needed. The loss is one value for all.
  expect(bytesPerRow(linear)).toBe(4 * (2 + 2));
  // Backwards, h is needed until the end: with y, what flows into it and its repetition.
  const trained = differentiate(linear, { loss: 'loss', parameters: ['v'] });
  expect(bytesPerRow(trained)).toBe(4 * (2 + 1 + 1));
});

/** A graph that ends with the mean of a tensor; its constants are `w`, `b` and `pads`. */
function chain(nodes: readonly GraphNode[], last = 'h'): Model {
  return draftModel(
    [2],
    [...nodes, node('ReduceMean', [last], ['loss'], { keepdims: { int: 0 } })],
    { w: randomTensor([2, 2]), b: floats([2], [1, 1]), pads: int64s([0, 1, 0, 1]) },
    ['loss'],
  );
}
