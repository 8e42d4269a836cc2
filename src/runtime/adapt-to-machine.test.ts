import { describe, expect, it } from 'vitest';
import { floats, int8s, node, uint8s } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { decodeModel } from '../onnx/read.ts';
import { encodeModel } from '../onnx/write.ts';
import { int8KernelsAreExact, withInt8Weights } from './adapt-to-machine.ts';
import { selfTestModel, selfTestPixels } from './int8-self-test.ts';
import { returnWorkerThread, takeWorkerThread, type WorkerThread } from './session-worker-thread.ts';

describe('the self-test of the int8 kernels', () => {
  it('passes on this machine', async () => {
    const thread = takeWorkerThread();
    expect(await int8KernelsAreExact(thread)).toBe(true);
    returnWorkerThread(thread);
  });

  it('passes where sums are exact and fails where sums of two products saturate in 16 bits', async () => {
    expect(await int8KernelsAreExact(simulateProcessor((sum) => sum))).toBe(true);
    expect(await int8KernelsAreExact(simulateProcessor(saturate16))).toBe(false);
  });

  it('fails when a single value is a step off', async () => {
    const exact = simulateProcessor((sum) => sum);
    let runs = 0;
    const nearlyExact: WorkerThread = {
      alive: true,
      async ask(request) {
        const outputs = await exact.ask(request);
        // The second run is that of the int8 weights.
        if (request.type !== 'run' || ++runs < 2) return outputs;
        const name = Object.keys(outputs).at(-1) ?? '';
        const data = (outputs[name]?.data as Uint8Array).slice();
        data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
        return { ...outputs, [name]: uint8s(outputs[name]?.dims ?? [], data) };
      },
    };
    expect(await int8KernelsAreExact(nearlyExact)).toBe(false);
  });

  it('has results inside the range of its outputs, where a wrong sum shows, and agrees with plain arithmetic', async () => {
    const thread = takeWorkerThread();
    const expected = await runSelfTest(simulateProcessor((sum) => sum));
    expect(await runSelfTest(thread)).toEqual(expected);
    returnWorkerThread(thread);
    for (const { data } of Object.values(expected)) {
      const inside = [...(data as Uint8Array)].filter((step) => step > 0 && step < 255).length;
      expect(inside / data.length).toBeGreaterThan(0.9);
    }
  });
});

describe('int8 weights', () => {
  const model = (weight: Tensor, zeroPoint: Tensor, op: string): Model => ({
    opset: 17,
    metadata: { kept: 'yes' },
    graph: {
      name: 'test',
      nodes: [node('DequantizeLinear', ['w', 'scale', 'zero'], ['w.real']), node(op, ['x', 'w.real'], ['y'])],
      initializers: new Map([
        ['w', weight],
        ['scale', floats([], [0.5])],
        ['zero', zeroPoint],
      ]),
      inputs: [{ name: 'x', type: 'float32', dims: ['N', 1, 2, 2] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N', 1, 2, 2] }],
    },
  });
  const weight = uint8s([1, 1, 1, 3], [0, 128, 255]);

  it('are the same numbers in another storage: weights and zero points less 128', () => {
    const before = model(weight, uint8s([], [100]), 'Conv');
    const { graph, metadata } = withInt8Weights(before);
    expect(graph.initializers.get('w')).toEqual(int8s([1, 1, 1, 3], [-128, 0, 127]));
    expect(graph.initializers.get('zero')).toEqual(int8s([], [-28]));
    expect(graph.initializers.get('scale')).toEqual(floats([], [0.5]));
    expect(graph.nodes).toEqual(before.graph.nodes);
    expect(metadata).toEqual({ kept: 'yes' });
    expect(before.graph.initializers.get('w')).toBe(weight);
  });

  it('are shifted as well where they have a zero point for each filter', () => {
    const filters = uint8s([2, 1, 1, 1], [1, 255]);
    const { graph } = withInt8Weights(model(filters, uint8s([2], [128, 128]), 'Conv'));
    expect(graph.initializers.get('w')).toEqual(int8s([2, 1, 1, 1], [-127, 127]));
    expect(graph.initializers.get('zero')).toEqual(int8s([2], [0, 0]));
  });

  it('are left as they are where they are no quantised weights of a convolution, or int8 already', () => {
    for (const other of [
      model(weight, uint8s([], [100]), 'Mul'),
      model(int8s([1, 1, 1, 3], [1, 2, 3]), int8s([], [0]), 'Conv'),
    ]) {
      expect(withInt8Weights(other)).toEqual(other);
    }
  });
});

function saturate16(sum: number): number {
  return Math.min(32767, Math.max(-32768, sum));
}

async function runSelfTest(thread: WorkerThread): Promise<Readonly<Record<string, Tensor>>> {
  await thread.ask({ type: 'open', session: -2, model: encodeModel(withInt8Weights(selfTestModel())) });
  const outputs = await thread.ask({ type: 'run', session: -2, feeds: { x: selfTestPixels() } });
  await thread.ask({ type: 'close', session: -2 });
  return outputs;
}

/**
 * A worker thread that computes the self-test's convolutions by plain loops. With int8 weights it adds products in pairs of
 * neighbouring channels, as the vpmaddubsw instruction does, and `pair` says what becomes of such a sum; uint8 weights are exact.
 */
function simulateProcessor(pair: (sum: number) => number): WorkerThread {
  let model: Model | undefined;
  return {
    alive: true,
    ask(request) {
      if (request.type === 'open') model = decodeModel(request.model, 'self-test');
      if (request.type !== 'run' || model === undefined) return Promise.resolve({});
      return Promise.resolve(convolveAll(model, request.feeds.x as Tensor, pair));
    },
  };
}

function convolveAll(
  { graph }: Model,
  pixels: Tensor,
  pair: (sum: number) => number,
): Record<string, Tensor> {
  const constant = (name: string): Tensor => graph.initializers.get(name) ?? pixels;
  const [, channels = 0, size = 0] = pixels.dims;
  return Object.fromEntries(
    graph.outputs.map(({ name, dims }) => {
      const trial = name.replace('y.', '');
      const weights = constant(`weight.${trial}`);
      const [, seen = 0, side = 0] = weights.dims;
      const isInt8 = weights.type === 'int8';
      const zeroPoint = Number(constant(`weight.${trial}.zero`).data[0]);
      const scale = Number(constant(`scale.${trial}`).data[0]);
      const [, filters = 0, height = 0, width = 0] = dims as number[];
      // Filters that see all channels begin at the first one, those that see one at their own.
      const firstOf = (filter: number): number => (seen === channels ? 0 : filter);
      const steps = new Uint8Array(filters * height * width);
      for (let at = 0; at < steps.length; at++) {
        const [filter, y, x] = [
          Math.floor(at / (height * width)),
          Math.floor(at / width) % height,
          at % width,
        ];
        let sum = 0;
        for (let tap = 0; tap < side * side; tap++) {
          const [dy, dx] = [Math.floor(tap / side), tap % side];
          const term = (channel: number): number => {
            if (channel >= seen) return 0;
            const weight = Number(weights.data[(filter * seen + channel) * side * side + tap]) - zeroPoint;
            const read = firstOf(filter) + channel;
            return weight * Number(pixels.data[(read * size + y + dy) * size + x + dx]);
          };
          for (let channel = 0; channel < seen; channel += 2) {
            const both = term(channel) + term(channel + 1);
            sum += isInt8 ? pair(both) : both;
          }
        }
        steps[at] = Math.min(255, Math.max(0, roundHalfToEven(sum / scale) + 128));
      }
      return [name, uint8s(dims as number[], steps)];
    }),
  );
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor & 1) : Math.round(value);
}
