import { expect } from 'vitest';
import type { Attribute, GraphNode, Model, Tensor } from '../../../onnx/graph.ts';
import { encodeModel } from '../../../onnx/write.ts';
import { openSessions } from '../../../runtime/session-pool.ts';
import { importOnnx } from '../import-onnx.ts';

/** The size of the images of {@link imageModel}. */
export const side = 6;

/** A model of any operator set from an image `x`, float32 `[2, 3, 6, 6]` or as given, to `y`. */
export function imageModel(
  opset: number,
  nodes: readonly GraphNode[],
  initializers: Readonly<Record<string, Tensor>> = {},
  dims: readonly (number | string)[] = ['N', 3, side, side],
): Model {
  return {
    opset,
    metadata: {},
    graph: {
      name: 'test',
      nodes,
      initializers: new Map(Object.entries(initializers)),
      inputs: [{ name: 'x', type: 'float32', dims }],
      outputs: [{ name: 'y', type: 'float32', dims: [] }],
    },
  };
}

/** Encodes a model and imports it. */
export function importModel(model: Model): Model {
  return importOnnx(encodeModel(model), 'test.onnx').model;
}

/** Runs a model as it is, of any operator set that onnxruntime knows, and gives `y`. */
export async function runModel(model: Model, x: Tensor): Promise<Tensor> {
  await using pool = await openSessions(encodeModel(model), { workers: 1 });
  const { y } = await pool.run({ x });
  if (y === undefined) throw new Error('the model has no output y');
  return y;
}

/** Numbers from −2 to 2 without a pattern. */
export function someNumbers(count: number, shift = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => ((((index + shift) * 7919) % 1009) - 504) / 252);
}

/** Two images for {@link imageModel}. */
export function images(count = 2): Tensor {
  return { type: 'float32', dims: [count, 3, side, side], data: someNumbers(count * 3 * side * side) };
}

/** Expects equal values within 1e-5, relative for those above 1. */
export function expectClose(found: Tensor, expected: Float32Array): void {
  expect(found.data).toHaveLength(expected.length);
  expect(expected.length).toBeGreaterThan(0);
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs(value - Number(found.data[index]));
    expect(difference).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  }
}

/** An attribute that is a whole number. */
export function int(value: number): Attribute {
  return { int: value };
}

/** An attribute that is a list of whole numbers. */
export function ints(...values: number[]): Attribute {
  return { ints: values };
}
