import { expect } from 'vitest';
import { elementCount, floats } from '../../onnx/build.ts';
import type { Model, Tensor } from '../../onnx/graph.ts';
import { seededRandom } from '../../onnx/testing/random.ts';
import { runForEveryTensor, runModel } from '../../onnx/testing/run-model.ts';
import { attachTaps } from '../attach-taps.ts';
import type { TapSource } from '../taps/tap-source.ts';

/** Checks in onnxruntime that each tap's output is the mean of its tensor, and that a batch gives one row a photo. */
export async function expectPooled(model: Model, taps: readonly TapSource[]): Promise<void> {
  const tapped = attachTaps(model, taps);
  expect(tapped.graph.outputs.map(({ name }) => name)).toEqual(taps.map(({ name }) => name));
  const [input] = model.graph.inputs;
  const dims = (input?.dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 2));
  const feeds = { [input?.name ?? '']: floats(dims, seededRandom(7).floats(elementCount(dims))) };
  const [pooled, all] = [await runModel(tapped, feeds), await runForEveryTensor(model, feeds)];
  for (const { name, size, tensor, axes } of taps) {
    const found = pooled[name];
    const expected = meanOver(dequantised(all[tensor], tensor, model), axes);
    expect([found?.dims, found?.type], name).toEqual([[2, size], 'float32']);
    for (const [at, value] of expected.entries()) {
      expect(found?.data[at], `${name}[${at}]`).toBeCloseTo(value, 4);
    }
  }
}

function dequantised(
  tensor: Tensor | undefined,
  name: string,
  { graph }: Model,
): { dims: readonly number[]; values: number[] } {
  const values = Array.from((tensor?.data ?? []) as ArrayLike<number>, Number);
  const dims = tensor?.dims ?? [];
  const quantiser = graph.nodes.find(({ op, outputs }) => op === 'QuantizeLinear' && outputs.includes(name));
  if (quantiser === undefined) return { dims, values };
  const [scale, zero] = [1, 2].map((place) =>
    Number(graph.initializers.get(quantiser.inputs[place] ?? '')?.data[0]),
  );
  return { dims, values: values.map((value) => (value - (zero ?? 0)) * (scale ?? NaN)) };
}

/** The mean over some axes by plain loops, row-major over those that are left. */
function meanOver(
  { dims, values }: { dims: readonly number[]; values: number[] },
  axes: readonly number[],
): number[] {
  const kept = dims.filter((_, axis) => !axes.includes(axis));
  const sums = new Array<number>(elementCount(kept)).fill(0);
  for (const [index, value] of values.entries()) {
    let [rest, place, stride] = [index, 0, 1];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const dim = dims[axis] ?? 1;
      if (!axes.includes(axis)) {
        place += (rest % dim) * stride;
        stride *= dim;
      }
      rest = Math.floor(rest / dim);
    }
    sums[place] = (sums[place] ?? 0) + value;
  }
  return sums.map((sum) => (sum * sums.length) / values.length);
}
