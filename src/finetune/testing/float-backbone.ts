import type { Backbone } from '../../backbone/backbone.ts';
import { attachTaps } from '../../backbone/taps/attach-taps.ts';
import { attachPixels } from '../../onnx/attach-pixels.ts';
import { node } from '../../onnx/build.ts';
import { draftModel, positiveTensor, randomTensor } from '../../onnx/testing/draft-model.ts';

const same = { pads: { ints: [1, 1, 1, 1] } };
const half = { ...same, strides: { ints: [2, 2] } };

/**
 * A network of real numbers with random weights: a convolution, a residual block with BatchNormalization and PRelu, a convolution, and a product with a
 * matrix behind the average. Its tap `inner` lies on one of the two paths of the residual block.
 *
 * @param size - Side of its square input, px.
 */
export function floatBackbone(size = 16): Backbone {
  const model = draftModel(
    [3, size, size],
    [
      node('Conv', ['x', 'w1', 'b1'], ['c1'], half),
      node('Relu', ['c1'], ['one']),
      node('Conv', ['one', 'w2'], ['c2'], same),
      node('BatchNormalization', ['c2', 'gamma', 'beta', 'average', 'variance'], ['n2']),
      node('PRelu', ['n2', 'slope'], ['inner']),
      node('Conv', ['inner', 'w3', 'b3'], ['c3'], same),
      node('Add', ['c3', 'one'], ['two']),
      node('Conv', ['two', 'w4'], ['c4'], half),
      node('Clip', ['c4', '', 'six'], ['three']),
      node('GlobalAveragePool', ['three'], ['pooled']),
      node('Flatten', ['pooled'], ['flat']),
      node('MatMul', ['flat', 'w5'], ['product']),
      node('Add', ['product', 'b5'], ['features']),
    ],
    {
      w1: randomTensor([6, 3, 3, 3], 1),
      b1: randomTensor([6], 2),
      w2: randomTensor([4, 6, 3, 3], 3),
      gamma: positiveTensor([4], 4),
      beta: randomTensor([4], 5),
      average: randomTensor([4], 6),
      variance: positiveTensor([4], 7),
      slope: randomTensor([4, 1, 1], 8),
      w3: randomTensor([6, 4, 3, 3], 9),
      b3: randomTensor([6], 10),
      w4: randomTensor([5, 6, 3, 3], 11),
      six: { type: 'float32', dims: [], data: Float32Array.of(6) },
      w5: randomTensor([5, 7], 12),
      b5: randomTensor([7], 13),
    },
  );
  const scaling = { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } as const;
  const taps = [
    { name: 'inner', size: 4, tensor: 'inner', axes: [2, 3] },
    { name: '8x8', size: 6, tensor: 'two', axes: [2, 3] },
    { name: '4x4', size: 5, tensor: 'three', axes: [2, 3] },
    { name: 'bottleneck', size: 7, tensor: 'features', axes: [] },
  ];
  return {
    id: 'drawn floats',
    sha256: '2'.repeat(64),
    form: 'float32',
    preprocess: { width: size, height: size, resize: 'stretch', crop: 1, kernel: 'bilinear' },
    variant: 'drawn',
    taps: taps.map(({ name, size: length }) => ({ name, size: length })),
    model: attachTaps(attachPixels(model, 'NCHW', scaling, { width: size, height: size }), taps),
  };
}
