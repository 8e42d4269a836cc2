import { describe, expect, it } from 'vitest';
import { floats, node } from '../../onnx/build.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { expectClose, imageModel, images, importModel, runModel, someNumbers } from './testing/run-model.ts';

describe('operators that are composed of older ones', () => {
  const x = images();
  const values = x.data as Float32Array;

  it.each([
    ['Gelu', {}, erfGelu],
    ['Gelu', { approximate: { string: 'tanh' } }, tanhGelu],
    ['Mish', {}, (value: number) => value * Math.tanh(Math.log1p(Math.exp(value)))],
  ] as const)('%s with %j equals its formula', async (op, attributes, formula) => {
    const found = await runModel(importModel(imageModel(20, [node(op, ['x'], ['y'], attributes)])), x);
    expectClose(found, values.map(formula));
  });

  it.each([
    ['Gelu', ['x'], {}, erfGelu],
    ['FastGelu', ['x'], {}, tanhGelu],
    ['FastGelu', ['x', 'bias'], {}, (value: number) => tanhGelu(value + 0.5)],
    ['BiasGelu', ['x', 'bias'], {}, (value: number) => erfGelu(value + 0.5)],
    ['QuickGelu', ['x'], { alpha: { float: 1.5 } }, (value: number) => value / (1 + Math.exp(-1.5 * value))],
  ] as const)(
    "onnxruntime's own %s of %j with %j equals its formula",
    async (op, inputs, attributes, formula) => {
      const own = { ...node(op, inputs, ['y'], attributes), domain: 'com.microsoft' };
      const model = imageModel(17, [own], { bias: floats([6], new Float32Array(6).fill(0.5)) });
      expectClose(await runModel(importModel(model), x), values.map(formula));
    },
  );

  it.each([
    ['Relu', []],
    ['LeakyRelu', [0.25]],
    ['HardSigmoid', [0.5, 0.25]],
    ['Clip', [-1, 2]],
    ['Tanh', []],
  ])("onnxruntime's own FusedConv is a sum and %s", async (activation, parameters) => {
    const weights = { w: floats([3, 3, 1, 1], someNumbers(9)), b: floats([3], [1, 2, 3]) };
    const fused: GraphNode = {
      ...node('FusedConv', ['x', 'w', 'b', 'x'], ['y'], {
        activation: { string: activation },
        activation_params: { floats: parameters },
      }),
      domain: 'com.microsoft',
    };
    const [alpha = 0, beta = 0] = parameters;
    const attributes = {
      ...(parameters.length > 0 ? { alpha: { float: alpha } } : {}),
      ...(parameters.length > 1 ? { beta: { float: beta } } : {}),
    };
    const plain = imageModel(
      17,
      [
        node('Conv', ['x', 'w', 'b'], ['c']),
        node('Add', ['c', 'x'], ['s']),
        activation === 'Clip'
          ? node('Clip', ['s', 'low', 'high'], ['y'])
          : node(activation, ['s'], ['y'], attributes),
      ],
      { ...weights, low: floats([], [-1]), high: floats([], [2]) },
    );
    const found = await runModel(importModel(imageModel(17, [fused], weights)), x);
    expectClose(found, (await runModel(plain, x)).data as Float32Array);
  });

  it.each([
    [18, 3],
    [18, 1],
    [21, 3],
    [21, 1],
  ])('GroupNormalization of set %d in %d groups equals its formula', async (opset, groups) => {
    const count = opset === 18 ? groups : 3;
    const [scale, bias] = [someNumbers(count, 3), someNumbers(count, 11)];
    const attributes = { num_groups: { int: groups }, epsilon: { float: 0.01 } };
    const initializers = { scale: floats([count], scale), bias: floats([count], bias) };
    const model = imageModel(
      opset,
      [node('GroupNormalization', ['x', 'scale', 'bias'], ['y'], attributes)],
      initializers,
    );
    const found = await runModel(importModel(model), x);
    expect(found.dims).toEqual(x.dims);
    expectClose(found, normaliseGroups(values, groups, scale, bias));
  });
});

function erfGelu(x: number): number {
  return (x * (1 + erf(x / Math.SQRT2))) / 2;
}

function tanhGelu(x: number): number {
  return (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;
}

/** The series of the error function (Abramowitz and Stegun 7.1.5), exact to float64 for small numbers. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function normaliseGroups(
  values: Float32Array,
  groups: number,
  scale: Float32Array,
  bias: Float32Array,
): Float32Array {
  const length = values.length / 2 / groups;
  return values.map((value, index) => {
    const group = Math.floor(index / length);
    const members = values.slice(group * length, (group + 1) * length);
    const mean = members.reduce((sum, member) => sum + member, 0) / length;
    const variance = members.reduce((sum, member) => sum + (member - mean) ** 2, 0) / length;
    const channel = Math.floor(index / 36) % 3;
    const place = scale.length === 3 ? channel : group % groups;
    return ((value - mean) / Math.sqrt(variance + 0.01)) * (scale[place] ?? NaN) + (bias[place] ?? NaN);
  });
}
