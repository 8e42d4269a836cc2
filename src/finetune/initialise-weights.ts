import { createRandom } from '../head/random.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';

// The standard deviation of a normal distribution that is cut off at two of its own.
const truncatedDeviation = 0.8796256610342398;

/**
 * Gives parameters the values that a network learns from scratch from: weights from a normal distribution of standard deviation
 * `√(2 / fan-in)`, cut off at two of its deviations (He et al. 2015, arXiv:1502.01852; as Keras's `he_normal`), biases 0.
 *
 * Tensors of two axes or more are weights with one row an output, as those of Conv and of Gemm with `transB`.
 *
 * @param scales - Names of vectors that values are multiplied by, such as those of BatchNormalization: they start at 1.
 */
export function initialiseWeights(
  parameters: ReadonlyMap<string, Tensor>,
  seed: number,
  scales: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, Tensor> {
  return new Map(
    [...parameters].map(([name, { dims, data }]) => {
      const values = new Float32Array(data.length);
      if (scales.has(name)) values.fill(1);
      else if (dims.length >= 2) drawWeights(values, values.length / (dims[0] ?? 1), `${seed}/${name}`);
      return [name, floats(dims, values)];
    }),
  );
}

// Seeded by name, so that a parameter starts the same whatever others there are.
function drawWeights(values: Float32Array, fanIn: number, seed: string): void {
  const random = createRandom(`fine-tuning/start/${seed}`);
  const deviation = Math.sqrt(2 / fanIn) / truncatedDeviation;
  for (let index = 0; index < values.length; index++) values[index] = deviation * random.truncatedNormal();
}
