import { expect, it } from 'vitest';
import { floats, int32s, int8s, node, uint8s } from '../build.ts';
import type { GraphNode } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { simplify } from '../simplify.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { runModel } from '../testing/run-model.ts';
import { separateDequantised } from './separate-dequantised.ts';

const channels = 4;
const weights = Array.from({ length: channels * channels }, (_, at) => ((at * 37) % 101) - 50);
const bias = [3, -50, 70, 400];
const step = 0.02;
const scales = [0.01, 0.02, 0.03, 0.04];
const constants = {
  w: int8s([channels, channels, 1, 1], weights),
  b: int32s(bias),
  w_scales: floats([channels], scales),
  // As every quantiser sets it, and onnxruntime takes for granted: the step of the input times the scale of the weights.
  b_scales: floats(
    [channels],
    scales.map((scale) => step * scale),
  ),
  step: floats([], [step]),
  middle: uint8s([], [128]),
};
const axis = { axis: { int: 0 } };

/** Two convolutions with the same weights and bias, dequantised by the nodes that are named. */
function twoConvolutions(names: readonly string[]): readonly GraphNode[] {
  const [second, third] = [names.includes('w2') ? 'w2' : 'w1', names.includes('b2') ? 'b2' : 'b1'];
  return [
    node('QuantizeLinear', ['x', 'step', 'middle'], ['x/q']),
    node('DequantizeLinear', ['x/q', 'step', 'middle'], ['x/r']),
    ...names.map((name) =>
      node('DequantizeLinear', [name.charAt(0), `${name.charAt(0)}_scales`], [name], axis),
    ),
    node('Conv', ['x/r', 'w1', 'b1'], ['c']),
    node('QuantizeLinear', ['c', 'step', 'middle'], ['c/q']),
    node('DequantizeLinear', ['c/q', 'step', 'middle'], ['c/r']),
    node('Conv', ['c/r', second, third], ['y']),
  ];
}

/** The same in numbers, a photo of one pixel: its values are rounded to the steps of the quantisation, 0 to 255. */
function convolveTwice(pixel: readonly number[]): readonly number[] {
  const round = (value: number): number =>
    step * (Math.min(255, Math.max(0, Math.round(value / step) + 128)) - 128);
  const convolve = (values: readonly number[]): readonly number[] =>
    scales.map((scale, row) =>
      values.reduce(
        (sum, value, column) => sum + round(value) * scale * (weights[row * channels + column] ?? NaN),
        step * scale * (bias[row] ?? NaN),
      ),
    );
  return convolve(convolve(pixel));
}

it.each([
  ['a bias', ['w1', 'w2', 'b1']],
  ['weights', ['w1', 'b1', 'b2']],
  ['both', ['w1', 'b1']],
])('two convolutions that share %s give the right numbers', async (_, names) => {
  const model = draftModel([channels, 1, 1], twoConvolutions(names), constants);
  const separate = separateDequantised(model, inferShapes(model));
  const { graph } = separate;
  expect(graph.nodes.filter(({ op }) => op === 'DequantizeLinear')).toHaveLength(6);
  const pixel = [0.3, -0.5, 0.7, 0.1];
  const { y } = await runModel(separate, { x: floats([1, channels, 1, 1], pixel) });
  for (const [row, value] of convolveTwice(pixel).entries()) expect(y?.data[row]).toBeCloseTo(value, 4);
  expect(separateDequantised(separate, inferShapes(separate))).toBe(separate);
});

it('a graph is simplified into one that runs', async () => {
  const model = draftModel([channels, 3, 3], twoConvolutions(['w1', 'b1']), constants);
  const { y } = await runModel(simplify(model), { x: randomTensor([2, channels, 3, 3]) });
  expect(y?.dims).toEqual([2, channels, 3, 3]);
});

it('an output stays, one scale for all may be shared, and so may one of the axis that copies have', () => {
  const read = (attributes: GraphNode['attributes'], scale: string): number => {
    const nodes = [
      node('DequantizeLinear', ['w', scale], ['w1'], attributes),
      node('Conv', ['x', 'w1'], ['c']),
      node('Conv', ['c', 'w1'], ['y']),
    ];
    const model = draftModel([channels, 1, 1], nodes, constants, ['y', 'w1']);
    const result = separateDequantised(model, inferShapes(model));
    expect(result.graph.outputs.map(({ name }) => name)).toEqual(['y', 'w1']);
    return result.graph.nodes.filter(({ op }) => op === 'DequantizeLinear').length;
  };
  expect(read(axis, 'w_scales')).toBe(3);
  expect(read({ axis: { int: 1 } }, 'w_scales')).toBe(1);
  expect(read({}, 'w_scales')).toBe(1);
  expect(read(axis, 'step')).toBe(1);
});
