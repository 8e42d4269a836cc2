import { expect } from 'vitest';
import type { Model, Tensor } from '../../onnx/graph.ts';
import { openSessions } from '../../runtime/session-pool.ts';

/** A float32 tensor with its numbers in TensorFlow's order: pictures channels last. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Runs an imported network with channels first on pictures `[N, height, width, 3]` and gives its first output, pictures channels last. */
export async function runPictures(model: Model, pictures: Numbers): Promise<Numbers> {
  const [{ name: input }, { name: output }] = [model.graph.inputs[0]!, model.graph.outputs[0]!];
  await using sessions = await openSessions(model, { workers: 1 });
  const result = await sessions.run({ [input]: toChannelsFirst(pictures) });
  return toChannelsLast(result[output]!);
}

/** Expects numbers within a share of the largest magnitude of all; a sum of products cannot be closer to 0 than its terms are exact. */
export function expectNear(actual: Numbers, expected: Numbers, share = 1e-4): void {
  expect(actual.dims).toEqual(expected.dims);
  expect(actual.data.length).toBe(expected.data.length);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const furthest = expected.data.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (actual.data[index] ?? NaN))),
    0,
  );
  // Zeros, or a NaN, would make the comparison say nothing.
  expect(largest).toBeGreaterThan(0);
  expect(furthest / largest).toBeLessThanOrEqual(share);
}

function toChannelsFirst({ dims, data }: Numbers): Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = dims;
  const moved = permute(data, [batch, height * width, channels]);
  return { type: 'float32', dims: [batch, channels, height, width], data: moved };
}

function toChannelsLast({ dims, data }: Tensor): Numbers {
  if (!(data instanceof Float32Array) || dims.length !== 4) return { dims, data: data as Float32Array };
  const [batch = 1, channels = 1, height = 1, width = 1] = dims;
  return {
    dims: [batch, height, width, channels],
    data: permute(data, [batch, channels, height * width]),
  };
}

/** Exchanges the last two of three axes. */
function permute(
  data: Float32Array,
  [batch, rows, columns]: readonly [number, number, number],
): Float32Array {
  const moved = new Float32Array(data.length);
  let read = 0;
  for (let picture = 0; picture < batch; picture++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        moved[(picture * columns + column) * rows + row] = data[read++] ?? NaN;
      }
    }
  }
  return moved;
}
