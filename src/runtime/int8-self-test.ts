import { floats, int32s, node, uint8s } from '../onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../onnx/graph.ts';

const channels = 64;
const size = 6;
const filters = 16;

/** A convolution of the self-test; each takes other code of the runtime. */
interface Trial {
  readonly name: string;
  readonly kernel: number;
  /** With one scale and zero point for each filter, not one for all. */
  readonly isPerChannel: boolean;
  /** With one filter for each channel, which sees no other. */
  readonly isDepthwise: boolean;
}

const trials: readonly Trial[] = [
  { name: '1', kernel: 1, isPerChannel: false, isDepthwise: false },
  { name: '3', kernel: 3, isPerChannel: true, isDepthwise: false },
  { name: 'depthwise', kernel: 3, isPerChannel: true, isDepthwise: true },
];

/** Extreme uint8 activations, `[1, 64, 6, 6]`: pairs of 255 overflow 16-bit sums with weights of 127 or −128. */
export function selfTestPixels(): Tensor {
  return uint8s([1, channels, size, size], pattern(channels * size * size, 1));
}

/**
 * Quantised convolutions (1×1, 3×3 and depthwise 3×3) whose weights are at the ends of their range.
 * Input `x` as {@link selfTestPixels}; one uint8 output for each.
 */
export function selfTestModel(): Model {
  const initializers = new Map<string, Tensor>([
    ['scale', floats([], [1])],
    ['zero', uint8s([], [0])],
    ['out.zero', uint8s([], [128])],
  ]);
  const nodes: GraphNode[] = [node('DequantizeLinear', ['x', 'scale', 'zero'], ['x.float'])];
  for (const trial of trials) addTrial(trial, initializers, nodes);
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'int8-self-test',
      nodes,
      initializers,
      inputs: [{ name: 'x', type: 'uint8', dims: [1, channels, size, size] }],
      outputs: trials.map(({ name, kernel, isDepthwise }) => ({
        name: `y.${name}`,
        type: 'uint8',
        dims: [1, isDepthwise ? channels : filters, size - kernel + 1, size - kernel + 1],
      })),
    },
  };
}

function addTrial(
  { name, kernel, isPerChannel, isDepthwise }: Trial,
  initializers: Map<string, Tensor>,
  nodes: GraphNode[],
): void {
  const [count, seen] = isDepthwise ? [channels, 1] : [filters, channels];
  const [weight, bias] = [`weight.${name}`, `bias.${name}`];
  const dims = isPerChannel ? [count] : [];
  const every = (value: number): number[] => Array.from({ length: isPerChannel ? count : 1 }, () => value);
  const axis = isPerChannel ? { axis: { int: 0 } } : {};
  const weights = pattern(count * seen * kernel * kernel, kernel);
  // The end of the output's range is the largest possible sum, or a third of it where many terms cancel: sums of this pattern fall inside.
  const outputScale = (255 * 128 * seen * kernel * kernel) / ((isDepthwise ? 1 : 3) * 127);
  initializers
    .set(weight, uint8s([count, seen, kernel, kernel], weights))
    .set(`${weight}.scale`, floats(dims, every(1)))
    .set(`${weight}.zero`, uint8s(dims, every(128)))
    .set(bias, int32s(new Int32Array(count)))
    .set(`scale.${name}`, floats([], [outputScale]));
  nodes.push(
    node('DequantizeLinear', [weight, `${weight}.scale`, `${weight}.zero`], [`${weight}.float`], axis),
    node('DequantizeLinear', [bias, `${weight}.scale`], [`${bias}.float`], axis),
    node('Conv', ['x.float', `${weight}.float`, `${bias}.float`], [`conv.${name}`], {
      kernel_shape: { ints: [kernel, kernel] },
      group: { int: channels / seen },
    }),
    node('QuantizeLinear', [`conv.${name}`, `scale.${name}`, 'out.zero'], [`y.${name}`]),
  );
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
