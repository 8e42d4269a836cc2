import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { floats, node } from '../../onnx/build.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';
import { imageModel, importModel, int, ints } from './testing/run-model.ts';

describe('an operator that has no equal in set 17', () => {
  const refused: readonly (readonly [
    title: string,
    opset: number,
    nodes: readonly GraphNode[],
    reason: string,
  ])[] = [
    [
      'one that came later',
      18,
      [node('BitwiseAnd', ['x', 'x'], ['y'])],
      'BitwiseAnd (node y) in test.onnx cannot be imported: operator set 17 has no such operator',
    ],
    [
      'one that is made up',
      17,
      [{ ...node('MagicOp', ['x'], ['y']), name: 'magic_1' }],
      'MagicOp (node magic_1) in test.onnx',
    ],
    ['one named as what every object has', 9, [node('constructor', ['x'], ['y'])], 'constructor (node y)'],
    [
      'one of another domain',
      17,
      [{ ...node('TreeEnsemble', ['x'], ['y']), domain: 'ai.onnx.ml' }],
      'ai.onnx.ml.TreeEnsemble (node y)',
    ],
    [
      "one of onnxruntime's own",
      17,
      [{ ...node('NhwcMaxPool', ['x'], ['y']), domain: 'com.microsoft' }],
      'com.microsoft.NhwcMaxPool (node y)',
    ],
    [
      'one named so there',
      17,
      [{ ...node('toString', ['x'], ['y']), domain: 'com.microsoft' }],
      'com.microsoft.toString',
    ],
    ['a loop', 17, [node('Loop', ['', ''], ['y'])], 'Loop (node y) in test.onnx'],
    ['an If on the image', 17, [node('If', ['x'], ['y'])], 'its condition is not constant'],
    [
      'a Resize with antialias',
      18,
      [node('Resize', ['x', '', 's'], ['y'], { antialias: int(1) })],
      'it has antialias',
    ],
    [
      'a Resize that keeps the aspect ratio',
      18,
      [node('Resize', ['x', '', 's'], ['y'], { keep_aspect_ratio_policy: { string: 'not_larger' } })],
      'it keeps the aspect ratio',
    ],
    [
      'a Resize with coordinates of later sets',
      19,
      [
        node('Resize', ['x', '', 's'], ['y'], {
          coordinate_transformation_mode: { string: 'half_pixel_symmetric' },
        }),
      ],
      'its coordinates are half_pixel_symmetric',
    ],
    [
      'a Pad that wraps',
      19,
      [node('Pad', ['x', 's'], ['y'], { mode: { string: 'wrap' } })],
      'its mode is wrap',
    ],
    [
      'an AveragePool with dilations',
      19,
      [node('AveragePool', ['x'], ['y'], { kernel_shape: ints(2, 2), dilations: ints(2, 2) })],
      'it has dilations',
    ],
    [
      'a ScatterND with a maximum',
      18,
      [node('ScatterND', ['x', 's', 's'], ['y'], { reduction: { string: 'max' } })],
      'its reduction is max',
    ],
    [
      'DequantizeLinear by blocks',
      21,
      [node('DequantizeLinear', ['x', 's'], ['y'], { block_size: int(16) })],
      'it is quantised by blocks',
    ],
    ['axes that are computed', 18, [node('ReduceMean', ['x', 'x'], ['y'])], 'its axes are not constant'],
    [
      'BatchNormalization of each position',
      7,
      [node('BatchNormalization', ['x', 's', 's', 's', 's'], ['y'], { spatial: int(0) })],
      'spatial=0',
    ],
    [
      'BatchNormalization in training',
      9,
      [node('BatchNormalization', ['x', 's', 's', 's', 's'], ['y', 'mean'])],
      'training mode',
    ],
    [
      'BatchNormalization in training since 14',
      15,
      [node('BatchNormalization', ['x', 's', 's', 's', 's'], ['y'], { training_mode: int(1) })],
      'training mode',
    ],
  ];

  it.each(refused)('is refused with its name: %s', (_, opset, nodes, reason) => {
    const error = refusal(imageModel(opset, nodes, { s: floats([1], [1]) }));
    expect(error.code).toBe('OPERATOR_UNSUPPORTED');
    expect(error.message).toContain(reason);
    expect(error.hint).toContain('opset_version=17');
  });

  it.each([6, 23])('is not even looked for in operator set %d', (opset) => {
    const error = refusal(imageModel(opset, [node('Relu', ['x'], ['y'])]));
    expect(error.code).toBe('BACKBONE_INVALID');
    expect(error.message).toBe(
      `Expected operator set 7 to 22 in the field opset_import in test.onnx but found ${opset}.`,
    );
  });
});

function refusal(model: Model): RegraftError {
  try {
    importModel(model);
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
  throw new Error('it was imported');
}
