/** Real values `[height, width, channels]` in TensorFlow's order. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** How a window moves over a picture. */
export interface Window {
  /** `[height, width]` */
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

/** Convolves a picture, as TensorFlow defines it; weights `[filters, height, width, channels]`. */
export function convolve(input: Picture, window: Window, weights: Float64Array, bias: Float64Array): Picture {
  const filters = bias.length;
  const size = window.kernel[0] * window.kernel[1] * input.channels;
  return slide(input, window, filters, (filter, positions) => {
    let sum = bias[filter] ?? NaN;
    for (const { at, tap } of positions) {
      for (let channel = 0; channel < input.channels; channel++) {
        const weight = weights[filter * size + tap * input.channels + channel] ?? NaN;
        sum += (input.values[at * input.channels + channel] ?? NaN) * weight;
      }
    }
    return sum;
  });
}

/** The largest value of each window, or the average over the part of it that lies inside the picture. */
export function pool(input: Picture, window: Window, kind: 'max' | 'average'): Picture {
  return slide(input, window, input.channels, (channel, positions) => {
    const values = positions.map(({ at }) => input.values[at * input.channels + channel] ?? NaN);
    return kind === 'max' ? Math.max(...values) : values.reduce((sum, value) => sum + value) / values.length;
  });
}

/** The values of a uint8 tensor for real ones; halves go to the even step. */
export function quantise(values: Float64Array, scale: number, zeroPoint: number): Uint8Array {
  return Uint8Array.from(values, (value) => {
    const step = value / scale;
    const floor = Math.floor(step);
    const rounded = step - floor === 0.5 ? floor + (floor & 1) : Math.round(step);
    return Math.min(255, Math.max(0, rounded + zeroPoint));
  });
}

/** The real values of a uint8 tensor. */
export function dequantise(steps: ArrayLike<number>, scale: number, zeroPoint: number): Float64Array {
  return Float64Array.from(steps, (step) => scale * (step - zeroPoint));
}

/** The length of one side after a window went over it. */
export function slideLength(
  length: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: 'SAME' | 'VALID',
): number {
  return padding === 'SAME'
    ? Math.ceil(length / stride)
    : Math.ceil((length - (kernel - 1) * dilation) / stride);
}

/** `at` is a position of the input, `tap` one of the kernel. */
interface Position {
  readonly at: number;
  readonly tap: number;
}

function slide(
  input: Picture,
  { kernel, strides, dilations, padding }: Window,
  channels: number,
  compute: (channel: number, positions: readonly Position[]) => number,
): Picture {
  const height = slideLength(input.height, kernel[0], strides[0], dilations[0], padding);
  const width = slideLength(input.width, kernel[1], strides[1], dilations[1], padding);
  const before = (side: 0 | 1, inputs: number, outputs: number): number => {
    const reach = (outputs - 1) * strides[side] + (kernel[side] - 1) * dilations[side] + 1;
    return padding === 'SAME' ? Math.floor(Math.max(0, reach - inputs) / 2) : 0;
  };
  const [top, left] = [before(0, input.height, height), before(1, input.width, width)];
  const values: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const positions: Position[] = [];
      for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
        const row = y * strides[0] - top + Math.floor(tap / kernel[1]) * dilations[0];
        const column = x * strides[1] - left + (tap % kernel[1]) * dilations[1];
        const inside = row >= 0 && row < input.height && column >= 0 && column < input.width;
        if (inside) positions.push({ at: row * input.width + column, tap });
      }
      for (let channel = 0; channel < channels; channel++) values.push(compute(channel, positions));
    }
  }
  return { height, width, channels, values: Float64Array.from(values) };
}
