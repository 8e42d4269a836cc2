import { describe, expect, it } from 'vitest';
import { floats, int64s, node } from '../../onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../../onnx/graph.ts';
import {
  expectClose,
  imageModel,
  images,
  importModel,
  int,
  ints,
  runModel,
  side,
  someNumbers,
} from './testing/run-model.ts';
import { openFixedBatch } from './open-fixed-batch.ts';

type Case = readonly [
  title: string,
  nodes: readonly GraphNode[],
  initializers?: Readonly<Record<string, Tensor>>,
];

const shape = (...sizes: number[]): Tensor => int64s(sizes);
const numbers = (...dims: number[]): Tensor =>
  floats(
    dims,
    someNumbers(
      dims.reduce((a, b) => a * b, 1),
      5,
    ),
  );

/** Attention as exporters write it: three parts, two heads, over the 36 places of the image as tokens of 4 numbers. */
const attention: readonly GraphNode[] = [
  node('Conv', ['x', 'embed'], ['c']),
  node('Reshape', ['c', 'places'], ['p']),
  node('Transpose', ['p'], ['t'], { perm: ints(0, 2, 1) }),
  node('Concat', ['class', 't'], ['joined'], { axis: int(1) }),
  node('Add', ['joined', 'positions'], ['tokens']),
  node('MatMul', ['tokens', 'qkv'], ['m']),
  node('Reshape', ['m', 'heads'], ['h']),
  node('Transpose', ['h'], ['ht'], { perm: ints(2, 0, 3, 1, 4) }),
  node('Split', ['ht'], ['q1', 'k1', 'v1'], { axis: int(0) }),
  ...['q', 'k', 'v'].map((name) => node('Squeeze', [`${name}1`, 'first'], [name])),
  node('Reshape', ['k', 'rows'], ['kr'], { allowzero: int(1) }),
  node('Transpose', ['kr'], ['krt'], { perm: ints(0, 2, 1) }),
  node('Reshape', ['krt', 'back'], ['kt']),
  node('MatMul', ['q', 'kt'], ['scores']),
  node('Softmax', ['scores'], ['weights']),
  node('MatMul', ['weights', 'v'], ['mixed']),
  node('Transpose', ['mixed'], ['mt'], { perm: ints(0, 2, 1, 3) }),
  node('Reshape', ['mt', 'flat'], ['f']),
  node('LayerNormalization', ['f', 'scale'], ['n']),
  node('Gather', ['n', 'zero'], ['y'], { axis: int(1) }),
];
const attentionWeights = {
  embed: numbers(4, 3, 1, 1),
  places: shape(1, 4, 36),
  class: numbers(1, 1, 4),
  positions: numbers(1, 37, 4),
  qkv: numbers(4, 12),
  heads: shape(1, 37, 3, 2, 2),
  first: shape(0),
  rows: shape(-1, 37, 2),
  back: shape(1, 2, 2, 37),
  flat: shape(1, 37, 4),
  scale: numbers(4),
  zero: int64s([0], []),
};

const opened: readonly Case[] = [
  ['a flattening Reshape', [node('Reshape', ['x', 's'], ['y'])], { s: shape(1, -1) }],
  ['a Reshape with all sizes', [node('Reshape', ['x', 's'], ['y'])], { s: shape(1, 3, 2, 18) }],
  ['a Reshape whose first size is open', [node('Reshape', ['x', 's'], ['y'])], { s: shape(-1, 108) }],
  [
    'windows that are cut and joined',
    [
      node('Reshape', ['x', 's'], ['a']),
      node('Transpose', ['a'], ['b'], { perm: ints(0, 2, 4, 1, 3, 5) }),
      node('Reshape', ['b', 'windows'], ['c']),
      node('Softmax', ['c'], ['d'], { axis: int(1) }),
      node('Reshape', ['d', 'joined'], ['y']),
    ],
    { s: shape(1, 3, 2, 3, 2, 3), windows: shape(-1, 27), joined: shape(1, 108) },
  ],
  [
    'windows with an open size elsewhere',
    [node('Reshape', ['x', 's'], ['a']), node('Relu', ['a'], ['b']), node('Reshape', ['b', 'back'], ['y'])],
    { s: shape(4, -1), back: shape(1, 3, 6, 6) },
  ],
  ['attention', attention, attentionWeights],
  [
    'a sequence first',
    [
      node('Reshape', ['x', 's'], ['a']),
      node('Transpose', ['a'], ['b'], { perm: ints(2, 0, 1) }),
      node('Reshape', ['b', 'heads'], ['c']),
      node('Transpose', ['c'], ['d'], { perm: ints(1, 0, 2) }),
      node('Reshape', ['d', 'back'], ['y']),
    ],
    { s: shape(1, 4, 27), heads: shape(27, 2, 2), back: shape(1, 108) },
  ],
  [
    'an Expand',
    [node('ReduceMean', ['x'], ['a'], { axes: ints(2, 3) }), node('Expand', ['a', 's'], ['y'])],
    { s: shape(1, 3, 2, 2) },
  ],
  [
    'a token that is expanded first',
    [
      node('Expand', ['k', 's'], ['e']),
      node('Reshape', ['x', 'r'], ['a']),
      node('Concat', ['a', 'e'], ['y'], { axis: int(2) }),
    ],
    { k: numbers(1, 1, 1), s: shape(1, 3, 2), r: shape(1, 3, 36) },
  ],
  [
    'a pooled classifier',
    [
      node('Conv', ['x', 'w'], ['a'], { pads: ints(1, 1, 1, 1) }),
      node('Pad', ['a', 'pads'], ['p']),
      node('GlobalAveragePool', ['p'], ['b']),
      node('Flatten', ['b'], ['c']),
      node('Gemm', ['c', 'g', 'bias'], ['d'], { transB: int(1) }),
      node('Unsqueeze', ['d', 'axis'], ['e']),
      node('Slice', ['e', 'from', 'to', 'axis'], ['y']),
    ],
    {
      w: numbers(5, 3, 3, 3),
      pads: int64s([0, 0, 1, 1, 0, 0, 1, 1]),
      g: numbers(4, 5),
      bias: numbers(1, 4),
      axis: shape(1),
      from: shape(0),
      to: shape(1),
    },
  ],
  [
    'a squeeze and excitation',
    [
      node('ReduceMean', ['x'], ['a'], { axes: ints(2, 3), keepdims: int(0) }),
      node('MatMul', ['a', 'w'], ['b']),
      node('HardSigmoid', ['b'], ['c']),
      node('Reshape', ['c', 's'], ['d']),
      node('Mul', ['x', 'd'], ['e']),
      node('Resize', ['e', '', 'twice'], ['y']),
    ],
    { w: numbers(3, 3), s: shape(1, 3, 1, 1), twice: floats([4], [1, 1, 2, 2]) },
  ],
];

const fixed: readonly Case[] = [
  ['a Softmax over photos', [node('Softmax', ['x'], ['y'], { axis: int(0) })]],
  ['a mean over photos', [node('ReduceMean', ['x'], ['y'], { axes: ints(0) })]],
  ['a mean over everything', [node('ReduceMean', ['x'], ['y'])]],
  ['a Reshape without a batch', [node('Reshape', ['x', 's'], ['y'])], { s: shape(3, 36) }],
  ['a constant for a larger batch', [node('Add', ['x', 'k'], ['y'])], { k: numbers(2, 3, 6, 6) }],
  ['a Concat of photos', [node('Concat', ['x', 'x'], ['y'], { axis: int(0) })]],
  [
    'a Gather of one photo',
    [node('Gather', ['x', 'zero'], ['y'], { axis: int(0) })],
    { zero: int64s([0], []) },
  ],
  ['a Squeeze of the batch', [node('Squeeze', ['x', 'axis'], ['y'])], { axis: shape(0) }],
  ['shape arithmetic', [node('Shape', ['x'], ['s']), node('Reshape', ['x', 's'], ['y'])]],
  ['padding of the batch', [node('Pad', ['x', 'pads'], ['y'])], { pads: int64s([1, 0, 0, 0, 0, 0, 0, 0]) }],
  [
    'photos multiplied by each other',
    [
      node('Transpose', ['x'], ['a'], { perm: ints(1, 2, 3, 0) }),
      node('Transpose', ['x'], ['b'], { perm: ints(1, 2, 0, 3) }),
      node('MatMul', ['a', 'b'], ['y']),
    ],
  ],
  ['an unknown operator', [node('NonZero', ['x'], ['y'])]],
];

describe('a network that was exported for one photo', () => {
  it.each(opened.map(forOnePhoto))('takes any number with $title', async ({ model }) => {
    const before = structuredClone(model);
    const imported = importModel(model);
    expect(model).toEqual(before);
    expect(imported.graph.inputs[0]?.dims[0]).toBe('N');
    const [both, one, two] = [images(), photo(0), photo(1)];
    const together = await runModel(imported, both);
    const alone = [await runModel(model, one), await runModel(model, two)];
    expectClose(together, Float32Array.from(alone.flatMap(({ data }) => [...(data as Float32Array)])));
    // Each of the two differs, so that photos in the wrong order would show.
    expect(alone[0]?.data).not.toEqual(alone[1]?.data);
  });

  it.each(fixed.map(forOnePhoto))('stays one for one photo with $title', ({ model }) => {
    const imported = importModel(model);
    expect(imported.graph.inputs[0]?.dims).toEqual([1, 3, side, side]);
    expect(imported.graph.nodes).toEqual(model.graph.nodes);
    expect([...imported.graph.initializers]).toEqual([...model.graph.initializers]);
  });
});

describe('a network that was exported for a larger batch', () => {
  it('takes any number where that is proven', async () => {
    const nodes = [node('Reshape', ['x', 's'], ['y'])];
    const imported = importModel(imageModel(17, nodes, { s: shape(8, 108) }, [8, 3, side, side]));
    expect((await runModel(imported, images())).dims).toEqual([2, 108]);
  });

  it('is refused where it is not', () => {
    const model = imageModel(17, [node('Softmax', ['x'], ['y'], { axis: int(0) })], {}, [8, 3, side, side]);
    expect(() => importModel(model)).toThrow(
      'Expected a network for one photo or any number in test.onnx but found input x with a fixed batch of 8.',
    );
  });
});

describe('opening the batch later', () => {
  const fixedModel = imageModel(17, [node('Reshape', ['x', 's'], ['y'])], { s: shape(1, 108) }, [
    1,
    3,
    side,
    side,
  ]);

  it('does what the importer does, once what stood in the way is gone', () => {
    expect(openFixedBatch(fixedModel, 'net').graph.inputs).toEqual(importModel(fixedModel).graph.inputs);
  });

  it('leaves an open batch, and what cannot be opened, as it is', () => {
    const open = importModel(fixedModel);
    expect(openFixedBatch(open, 'net')).toBe(open);
    const mixed: Model = imageModel(17, [node('Softmax', ['x'], ['y'], { axis: int(0) })], {}, [
      1,
      3,
      side,
      side,
    ]);
    expect(openFixedBatch(mixed, 'net')).toBe(mixed);
  });
});

function forOnePhoto([title, nodes, initializers]: Case): { title: string; model: Model } {
  return { title, model: imageModel(17, nodes, initializers, [1, 3, side, side]) };
}

function photo(index: number): Tensor {
  const size = 3 * side * side;
  return floats([1, 3, side, side], (images().data as Float32Array).slice(index * size, (index + 1) * size));
}
