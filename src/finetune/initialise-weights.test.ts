import { describe, expect, it } from 'vitest';
import { floats } from '../onnx/build.ts';
import { initialiseWeights } from './initialise-weights.ts';

const parameters = new Map([
  ['conv', floats([64, 32, 3, 3], new Float32Array(64 * 32 * 9).fill(7))],
  ['dense', floats([10, 2000], new Float32Array(20_000).fill(7))],
  ['bias', floats([64], new Float32Array(64).fill(7))],
  ['scale', floats([64], new Float32Array(64).fill(7))],
]);
const valuesOf = (name: string, seed = 1): number[] => [
  ...(initialiseWeights(parameters, seed, new Set(['scale'])).get(name)!.data as Float32Array),
];

describe('initialiseWeights', () => {
  it.each([
    ['conv', 288],
    ['dense', 2000],
  ])('draws %s with mean 0 and variance 2 / %d', (name, fanIn) => {
    const values = valuesOf(name);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // Four standard errors of 18,432 and more draws are 3 % of the deviation, and 3 % of the variance.
    expect(Math.abs(mean)).toBeLessThan(0.03 * Math.sqrt(2 / fanIn));
    expect(Math.abs((variance * fanIn) / 2 - 1)).toBeLessThan(0.03);
  });

  it('starts biases at 0 and scales at 1, and keeps shapes and order', () => {
    expect(new Set(valuesOf('bias'))).toEqual(new Set([0]));
    expect(new Set(valuesOf('scale'))).toEqual(new Set([1]));
    const started = initialiseWeights(parameters, 1);
    expect([...started.keys()]).toEqual([...parameters.keys()]);
    for (const [name, { dims }] of started) expect(dims).toEqual(parameters.get(name)!.dims);
  });

  it('follows from the seed and the name alone', () => {
    const alone = initialiseWeights(new Map([['dense', parameters.get('dense')!]]), 1).get('dense');
    expect([...(alone!.data as Float32Array)]).toEqual(valuesOf('dense'));
    expect(valuesOf('dense', 2)).not.toEqual(valuesOf('dense'));
  });
});
