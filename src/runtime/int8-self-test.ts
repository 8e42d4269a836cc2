import { floats, int32s, node, uint8s } from '../onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../onnx/graph.ts';

const channels = 64;
const size = 6;
const filters = 16;
const kernels = [1, 3] as const;

/** Extreme uint8 activations, `[1, 64, 6, 6]`: pairs of 255 overflow 16-bit sums with weights of 127 or −128. */
export function selfTestPixels(): Tensor {
  return uint8s([1, channels, size, size], pattern(channels * size * size, 1));
}

/**
 * Quantised convolutions (1×1 and 3×3) whose weights are at the ends of their range.
 * Input `x` as {@link selfTestPixels}; one uint8 output for each kernel size.
 */
export function selfTestModel(): Model {
  const initializers = new Map<string, Tensor>([
    ['scale', floats([], [1])],
    ['zero', uint8s([], [0])],
    ['weight.zero', uint8s([], [128])],
    ['out.zero', uint8s([], [128])],
    ['bias', int32s(new Int32Array(filters))],
  ]);
  const nodes: GraphNode[] = [
    node('DequantizeLinear', ['x', 'scale', 'zero'], ['x.float']),
    node('DequantizeLinear', ['bias', 'scale'], ['bias.float']),
  ];
  for (const kernel of kernels) {
    const weight = `weight.${kernel}`;
    initializers.set(
      weight,
      uint8s([filters, channels, kernel, kernel], pattern(filters * channels * kernel * kernel, kernel)),
    );
    // A third of the largest possible sum is the end of the output's range: sums of this pattern fall inside it.
    initializers.set(`scale.${kernel}`, floats([], [(255 * 128 * channels * kernel * kernel) / (3 * 127)]));
    nodes.push(
      node('DequantizeLinear', [weight, 'scale', 'weight.zero'], [`${weight}.float`]),
      node('Conv', ['x.float', `${weight}.float`, 'bias.float'], [`conv.${kernel}`], {
        kernel_shape: { ints: [kernel, kernel] },
      }),
      node('QuantizeLinear', [`conv.${kernel}`, `scale.${kernel}`, 'out.zero'], [`y.${kernel}`]),
    );
  }
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'int8-self-test',
      nodes,
      initializers,
      inputs: [{ name: 'x', type: 'uint8', dims: [1, channels, size, size] }],
      outputs: kernels.map((kernel) => ({
        name: `y.${kernel}`,
        type: 'uint8',
        dims: [1, filters, size - kernel + 1, size - kernel + 1],
      })),
    },
  };
}

// Runs of 255 and of 0 of changing length, so that neighbours saturate together in some places and cancel in others.
function pattern(length: number, seed: number): Uint8Array {
  const values = new Uint8Array(length);
  let state = seed * 2654435761;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[index] = state % 3 === 0 ? 0 : 255;
  }
  return values;
}
