import { expect } from 'vitest';
import { elementCount, floats } from '../build.ts';
import type { Model, Tensor } from '../graph.ts';
import { seededRandom } from './random.ts';
import { runModel } from './run-model.ts';

/** Checks in onnxruntime that two graphs give the same on random input of two batch sizes: relative to the largest value, within 1e-5. */
export async function expectSameResults(actual: Model, expected: Model, seed = 1): Promise<void> {
  expect(actual.graph.inputs).toEqual(expected.graph.inputs);
  expect(actual.graph.outputs).toEqual(expected.graph.outputs);
  for (const batch of [1, 3]) {
    const random = seededRandom(seed + batch);
    const feeds = Object.fromEntries(
      expected.graph.inputs.map(({ name, dims }): [string, Tensor] => {
        const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : batch));
        return [name, floats(sizes, random.floats(elementCount(sizes)))];
      }),
    );
    const [before, after] = [await runModel(expected, feeds), await runModel(actual, feeds)];
    for (const { name } of expected.graph.outputs) {
      const [wanted, found] = [before[name], after[name]];
      expect(found?.dims, name).toEqual(wanted?.dims);
      expect(found?.type, name).toBe(wanted?.type);
      expect(largestError(found, wanted), name).toBeLessThan(1e-5);
    }
  }
}

function largestError(found: Tensor | undefined, wanted: Tensor | undefined): number {
  const values = Array.from((wanted?.data ?? []) as ArrayLike<number | bigint>, Number);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return values.reduce(
    (most, value, at) => Math.max(most, Math.abs(Number(found?.data[at]) - value) / largest),
    0,
  );
}
