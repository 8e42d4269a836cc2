import type { Backbone } from '../../backbone/backbone.ts';
import { attachTaps } from '../../backbone/taps/attach-taps.ts';
import { importTflite } from '../../import/tflite/import-tflite.ts';
import {
  buildTflite,
  type OperatorDraft,
  type TensorDraft,
} from '../../import/tflite/testing/build-tflite.ts';
import { attachPixels } from '../../onnx/attach-pixels.ts';
import { elementCount } from '../../onnx/build.ts';
import { simplify } from '../../onnx/simplify.ts';
import { seededRandom } from '../../onnx/testing/random.ts';

const size = 24;

/** A convolution's weights, bias and result; the ReLU lies in the range of the levels. */
function convolution(
  name: string,
  filters: readonly [number, number, number, number],
  output: readonly number[],
  inputScale: number,
  scale: number,
): TensorDraft[] {
  const random = seededRandom(filters[0] * 31 + filters[3]);
  const weightScale = 1 / (24 * Math.sqrt(elementCount(filters.slice(1))));
  return [
    {
      name: `${name}/w`,
      shape: filters,
      scales: [weightScale],
      zeroPoint: 128,
      data: Uint8Array.from({ length: elementCount(filters) }, () => random.int(0, 255)),
    },
    {
      name: `${name}/b`,
      shape: [filters[0]],
      type: 2,
      scales: [inputScale * weightScale],
      data: Int32Array.from({ length: filters[0] }, () =>
        Math.round(random.int(-20, 60) / 100 / (inputScale * weightScale)),
      ),
    },
    { name, shape: output, scales: [scale], zeroPoint: 0 },
  ];
}

function convolve(name: string, input: string, stride: number): OperatorDraft {
  const options = [
    [1, 'int', stride],
    [2, 'int', stride],
  ] as const;
  return { code: 3, inputs: [input, `${name}/w`, `${name}/b`], outputs: [name], options };
}

function pool(code: 1 | 17, input: string, output: string, side: number): OperatorDraft {
  const options = ([1, 2, 3, 4] as const).map((field) => [field, 'int', side] as const);
  return { code, inputs: [input], outputs: [output], options };
}

/**
 * A quantised network with random weights that is imported in a moment: three blocks, of which the second has two branches, and a pooled
 * bottleneck. Each of its convolutions reaches both ends of its levels.
 */
export function quantisedBackbone(): Backbone {
  const file = buildTflite({
    tensors: [
      { name: 'pixels', shape: [1, size, size, 3], scales: [1 / 128], zeroPoint: 128 },
      ...convolution('one', [8, 3, 3, 3], [1, 12, 12, 8], 1 / 128, 1 / 90),
      { name: 'half', shape: [1, 6, 6, 8], scales: [1 / 90], zeroPoint: 0 },
      ...convolution('left', [6, 3, 3, 8], [1, 6, 6, 6], 1 / 90, 1 / 70),
      ...convolution('right', [5, 1, 1, 8], [1, 6, 6, 5], 1 / 90, 1 / 60),
      { name: 'two', shape: [1, 6, 6, 11], scales: [1 / 60], zeroPoint: 0 },
      ...convolution('three', [10, 3, 3, 11], [1, 3, 3, 10], 1 / 60, 1 / 80),
      { name: 'mean', shape: [1, 1, 1, 10], scales: [1 / 80], zeroPoint: 0 },
    ],
    operators: [
      convolve('one', 'pixels', 2),
      pool(17, 'one', 'half', 2),
      convolve('left', 'half', 1),
      convolve('right', 'half', 1),
      { code: 2, inputs: ['left', 'right'], outputs: ['two'], options: [[0, 'int', 3]] },
      convolve('three', 'two', 2),
      pool(1, 'three', 'mean', 3),
    ],
    inputs: ['pixels'],
    outputs: ['mean'],
  });
  const { model, layout } = importTflite(file, 'drawn', 'uint8');
  const taps = [
    { name: 'Block_1', size: 8, tensor: 'one' },
    { name: 'Block_2', size: 11, tensor: 'two' },
    { name: 'Block_3', size: 10, tensor: 'three' },
    { name: 'bottleneck', size: 10, tensor: 'mean' },
  ].map((tap) => ({ ...tap, axes: [2, 3] }));
  const whole = simplify(attachPixels(model, layout, undefined, { width: size, height: size }));
  return {
    id: 'drawn',
    sha256: '1'.repeat(64),
    form: 'uint8',
    preprocess: { width: size, height: size, resize: 'stretch', crop: 1, kernel: 'bilinear' },
    variant: 'drawn',
    taps: taps.map(({ name, size: length }) => ({ name, size: length })),
    model: attachTaps(whole, taps),
  };
}
