import { beforeAll, describe, expect, it } from 'vitest';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { runModel } from '../onnx/testing/run-model.ts';
import type { Task } from '../shared/task.ts';
import { cutNetwork } from './cut/cut-network.ts';
import type { ScaledHead } from './scaled-head.ts';
import { drawPixels } from './testing/draw-pixels.ts';
import { floatBackbone } from './testing/float-backbone.ts';
import { buildTuningGraphs, type TuningGraphs } from './tuning-graphs.ts';

const backbone = floatBackbone();
const cut = cutNetwork(backbone, '8x8');
const taps = cut.taps.upper;
const columns = taps.reduce((sum, { size }) => sum + size, 0);
const [rows, classes] = [3, 2];
const wave = (length: number, step: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => Math.sin(at * step + 1) / 2);
const head: ScaledHead = {
  weights: wave(classes * columns, 0.7),
  bias: wave(classes, 1.3),
  factor: wave(columns, 0.4).map((value) => (value + 1) / 50),
  offset: wave(columns, 0.9),
};
const targets = floats([rows, classes], [0.9, 0.1, 0.05, 0.95, 0.5, 0.5]);

describe('the graphs of a fine-tuning', () => {
  let activation: Tensor;
  let features: number[][];

  beforeAll(async () => {
    const image = drawPixels(backbone, rows);
    activation = (await runModel(cut.frozen, { image }))[cut.activation.name] as Tensor;
    const whole = await runModel(backbone.model, { image });
    features = Array.from({ length: rows }, (_, row) =>
      taps.flatMap(({ name, size }) =>
        [...(whole[name]?.data as Float32Array).subarray(row * size, (row + 1) * size)].map(Number),
      ),
    );
  });

  const feeds = ({ parameters }: TuningGraphs): Record<string, Tensor> => ({
    [cut.activation.name]: activation,
    ...Object.fromEntries(parameters),
  });
  const logitsOf = (row: readonly number[]): number[] =>
    Array.from({ length: classes }, (_, label) =>
      row.reduce(
        (sum, value, at) =>
          sum +
          (value * (head.factor[at] ?? 0) + (head.offset[at] ?? 0)) *
            (head.weights[label * columns + at] ?? 0),
        head.bias[label] ?? 0,
      ),
    );

  it('compute the logits of the whole network and the head', async () => {
    const graphs = buildTuningGraphs({ cut, taps, head, task: 'single-label' });
    const { logits } = await runModel(graphs.forward, feeds(graphs));
    const expected = features.flatMap(logitsOf);
    expect(logits?.dims).toEqual([rows, classes]);
    for (const [at, value] of expected.entries()) expect(Number(logits?.data[at])).toBeCloseTo(value, 4);
  });

  const softmaxLoss = (logits: readonly number[], wanted: readonly number[]): number => {
    const sum = Math.log(logits.reduce((total, value) => total + Math.exp(value), 0));
    return -logits.reduce((total, value, at) => total + (wanted[at] ?? 0) * (value - sum), 0);
  };
  const sigmoidLoss = (logits: readonly number[], wanted: readonly number[]): number =>
    logits.reduce((total, value, at) => {
      const probability = 1 / (1 + Math.exp(-value));
      const target = wanted[at] ?? 0;
      return total - target * Math.log(probability) - (1 - target) * Math.log(1 - probability);
    }, 0);

  it.each<[Task, typeof softmaxLoss]>([
    ['single-label', softmaxLoss],
    ['multi-label', sigmoidLoss],
  ])('give the loss of %s rows and its gradient by every parameter', async (task, lossOf) => {
    const graphs = buildTuningGraphs({ cut, taps, head, task });
    expect([...graphs.parameters.keys()]).toEqual([...cut.parameters, 'head/weights', 'head/bias']);
    expect(graphs.decayed.has('head/weights')).toBe(true);
    expect(graphs.decayed.has('head/bias')).toBe(false);
    const run = (changed: Record<string, Tensor> = {}): Promise<Record<string, Tensor>> =>
      runModel(graphs.gradient, { ...feeds(graphs), targets, ...changed });
    const outputs = await run();
    const wanted = (row: number): number[] => [
      ...(targets.data as Float32Array).subarray(row * classes, (row + 1) * classes),
    ];
    const expected = features.reduce((sum, values, row) => sum + lossOf(logitsOf(values), wanted(row)), 0);
    expect(Number(outputs.loss?.data[0])).toBeCloseTo(expected, 3);
    // Along a direction in all values of a parameter, as single ones change the loss by less than float32 tells.
    for (const [name, tensor] of graphs.parameters) {
      const direction = wave(tensor.data.length, 2.1);
      const moved = (step: number): Tensor =>
        floats(
          tensor.dims,
          (tensor.data as Float32Array).map((value, at) => value + step * (direction[at] ?? 0)),
        );
      const step = 2e-3 / Math.hypot(...direction);
      const [up, down] = [await run({ [name]: moved(step) }), await run({ [name]: moved(-step) })];
      const slope = (Number(up.loss?.data[0]) - Number(down.loss?.data[0])) / (2 * step);
      const gradient = outputs[`gradient/${name}`];
      const found = direction.reduce((sum, value, at) => sum + value * Number(gradient?.data[at]), 0);
      expect(gradient?.dims).toEqual(tensor.dims);
      expect(Math.abs(found - slope), name).toBeLessThan(0.02 * Math.abs(slope) + 0.02);
    }
  });

  it('say which blocks can be trained where an operator has no gradient', () => {
    const whole = cutNetwork(backbone, 'all');
    expect(() => buildTuningGraphs({ cut: whole, taps, head, task: 'single-label' })).toThrow(
      expect.objectContaining({
        code: 'NOT_DIFFERENTIABLE',
        message: expect.stringContaining('PRelu') as string,
        hint: 'What lies behind 8x8 can be trained: --fine-tune 8x8.',
      }),
    );
  });

  it('start from other weights where they are given', () => {
    const [name = ''] = cut.parameters;
    const other = floats(cut.upper.graph.initializers.get(name)?.dims ?? [], new Float32Array(1));
    const { parameters } = buildTuningGraphs({
      cut,
      taps,
      head,
      task: 'single-label',
      weights: new Map([[name, other]]),
    });
    expect(parameters.get(name)).toBe(other);
  });
});
