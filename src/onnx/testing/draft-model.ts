import { elementCount, floats } from '../build.ts';
import type { GraphNode, Model, Tensor, ValueInfo } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { seededRandom } from './random.ts';

/** Makes a model of one float32 input `x` whose batch is open; the last node's results are the outputs unless others are named. */
export function draftModel(
  dims: readonly number[],
  nodes: readonly GraphNode[],
  constants: Readonly<Record<string, Tensor>> = {},
  outputs: readonly string[] = nodes.at(-1)?.outputs ?? [],
): Model {
  const initializers = new Map(Object.entries(constants));
  const graph = { name: 'draft', nodes, initializers, inputs: [value('x', ['N', ...dims])], outputs: [] };
  const shapes = inferShapes({ opset: 17, metadata: {}, graph });
  return {
    opset: 17,
    metadata: {},
    graph: {
      ...graph,
      outputs: outputs.map((name) => ({
        name,
        type: shapes.get(name)?.type ?? 'float32',
        dims: shapes.get(name)?.dims ?? [],
      })),
    },
  };
}

/** A float32 tensor of random values between −1 and 1, the same for the same seed. */
export function randomTensor(dims: readonly number[], seed = 1): Tensor {
  return floats(dims, seededRandom(seed).floats(elementCount(dims)));
}

/** As {@link randomTensor}, from 0.5 to 1.5: for variances. */
export function positiveTensor(dims: readonly number[], seed = 1): Tensor {
  const { data } = randomTensor(dims, seed);
  return floats(
    dims,
    Float32Array.from(data as Float32Array, (value) => 1 + value / 2),
  );
}

function value(name: string, dims: ValueInfo['dims']): ValueInfo {
  return { name, type: 'float32', dims };
}
