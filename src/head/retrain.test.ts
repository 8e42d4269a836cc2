import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { drawFeatures } from '../../test/fixtures/draw-features.ts';
import { floats } from '../onnx/build.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { buildDescentGraph } from './descent-graph.ts';
import type { HeadInput } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { createRandom } from './random.ts';
import { sampleRows } from './sample-rows.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

interface Golden {
  descent: {
    classes: number;
    columns: number;
    rate: number;
    steps: number;
    batch: number;
    features: number[];
    labels: number[];
    batches: number[];
    startWeights: number[];
    weights: number[];
    bias: number[];
    lastBatchCrossEntropy: number;
  };
}

const [classes, columns] = [3, 8];

function drawInput(): HeadInput {
  const draw = { columns, classes, separation: 3 };
  return {
    classes,
    training: drawFeatures({ ...draw, rows: 60, name: 'training' }),
    validation: drawFeatures({ ...draw, rows: 24, name: 'validation' }),
    seed: 5,
  };
}

describe('buildDescentGraph', () => {
  it("makes TensorFlow's steps on given batches", async () => {
    const url = new URL('../../test/goldens/head.json', import.meta.url);
    const { descent: golden } = JSON.parse(await readFile(url, 'utf8')) as Golden;
    const { labels, steps, batch } = golden;
    const features = floats([labels.length, golden.columns], golden.features);
    await using pool = await openSessions(buildDescentGraph(golden.classes, golden.columns), { workers: 1 });
    const outputs = await pool.run({
      features,
      labels: { type: 'int64', dims: [labels.length, 1], data: BigInt64Array.from(labels, BigInt) },
      batches: { type: 'int64', dims: [steps, batch], data: BigInt64Array.from(golden.batches, BigInt) },
      scaledRate: floats([], [golden.rate / batch]),
      weights: floats([golden.classes, golden.columns], golden.startWeights),
      bias: floats([golden.classes], new Float32Array(golden.classes)),
      evaluated: features,
      chosen: { type: 'int64', dims: [2], data: BigInt64Array.of(7n, 0n) },
    });
    const read = (name: string): Float32Array => outputs[name]?.data as Float32Array;
    for (const [i, weight] of golden.weights.entries()) expect(read('newWeights')[i]).toBeCloseTo(weight, 6);
    for (const [i, bias] of golden.bias.entries()) expect(read('newBias')[i]).toBeCloseTo(bias, 6);
    const lastLabels = Int32Array.from(golden.batches.slice(-batch), (row) => labels[row] ?? 0);
    const { crossEntropy } = measureLogits(read('batchLogits'), lastLabels, golden.classes);
    expect(crossEntropy).toBeCloseTo(golden.lastBatchCrossEntropy, 6);
    expect(outputs.chosenLogits?.dims).toEqual([2, golden.classes]);
  });
});

describe('the retrain head', () => {
  it('makes plain gradient steps from its seeded start over its seeded batches', async () => {
    const input = drawInput();
    const settings = { steps: 9, trainBatchSize: 4, learningRate: 0.3, initStddev: 0.1, evalStepInterval: 4 };
    const head = await resolveHead('retrain', settings).fit(input);

    // The same in float64 and plain loops.
    const start = createRandom('retrain/weights/5');
    const weights = Float64Array.from({ length: classes * columns }, () =>
      Math.fround(0.1 * start.truncatedNormal()),
    );
    const bias = new Float64Array(classes);
    const draw = sampleRows(input.training.labels, createRandom('retrain/training/5'));
    const values = await input.training.features.chunk(0);
    for (let step = 0; step < settings.steps; step++) {
      const steps = { weights: new Float64Array(weights.length), bias: new Float64Array(classes) };
      for (const row of draw(settings.trainBatchSize)) {
        const x = values.subarray(row * columns, (row + 1) * columns);
        const powers = Array.from(bias, (b, k) =>
          Math.exp(x.reduce((sum, v, c) => sum + v * weights[k * columns + c]!, b)),
        );
        const total = powers.reduce((sum, power) => sum + power, 0);
        for (const [k, power] of powers.entries()) {
          const excess = power / total - (input.training.labels[row] === k ? 1 : 0);
          const scaled = (settings.learningRate / settings.trainBatchSize) * excess;
          steps.bias[k]! += scaled;
          for (let c = 0; c < columns; c++) steps.weights[k * columns + c]! += scaled * x[c]!;
        }
      }
      for (let i = 0; i < weights.length; i++) weights[i]! -= steps.weights[i]!;
      for (let k = 0; k < classes; k++) bias[k]! -= steps.bias[k]!;
    }
    for (const [i, weight] of weights.entries()) expect(head.weights[i]).toBeCloseTo(weight, 5);
    for (const [k, value] of bias.entries()) expect(head.bias[k]).toBeCloseTo(value, 5);
  });

  it("evaluates and prints at the classic's steps, in its words", async () => {
    const lines: string[] = [];
    const head = await resolveHead('retrain', { steps: 250 }).fit({
      ...drawInput(),
      onProgress: (event) => {
        if (event.type === 'line') lines.push(event.text);
      },
    });
    expect(lines.map((line) => line.replace(/\d+\.\d%$/, '…%'))).toEqual(
      [0, 100, 200, 249].map(
        (step) => `Step ${step}: Validation accuracy on random sampled 100 examples = …%`,
      ),
    );
    const curve = head.curve ?? [];
    expect(curve.map(({ step }) => step)).toEqual([0, 100, 200, 249]);
    for (const [i, { validationAccuracy }] of curve.entries()) {
      expect(lines[i]).toContain(`= ${(100 * validationAccuracy).toFixed(1)}%`);
    }
    expect(curve.at(-1)!.crossEntropy).toBeLessThan(curve[0]!.crossEntropy);
    expect(curve[0]!.crossEntropy).toBeCloseTo(Math.log(classes), 1);
  });

  it('evaluates once at a step that is both the last and on the interval', async () => {
    const { fit } = resolveHead('retrain', { steps: 21, evalStepInterval: 10, validationBatchSize: 7 });
    expect((await fit(drawInput())).curve?.map(({ step }) => step)).toEqual([0, 10, 20]);
    const single = await resolveHead('retrain', { steps: 1 }).fit(drawInput());
    expect(single.curve?.map(({ step }) => step)).toEqual([0]);
  });

  it('does not change its weights with the evaluation interval, however many runs that takes', async () => {
    const fitEvery = async (evalStepInterval: number): Promise<number[]> => [
      ...(await resolveHead('retrain', { steps: 230, evalStepInterval }).fit(drawInput())).weights,
    ];
    expect(await fitEvery(1000)).toEqual(await fitEvery(30));
  });

  it('gives other weights for another seed', async () => {
    const { fit } = resolveHead('retrain', { steps: 20 });
    const a = await fit(drawInput());
    const b = await fit({ ...drawInput(), seed: 6 });
    expect(a.weights).not.toEqual(b.weights);
  });

  it('keeps the weights that were best on the whole validation part when asked to', async () => {
    // A rate this large makes the weights leap about, so that the last are rarely the best.
    const settings = { steps: 60, learningRate: 40, trainBatchSize: 3, evalStepInterval: 3 };
    const input = drawInput();
    const best = await resolveHead('retrain', { ...settings, keep: 'best' }).fit(input);
    const keptStep = Number(best.settings.keptStep);
    expect(keptStep).toBeLessThan(59);
    const upToThere = await resolveHead('retrain', { ...settings, steps: keptStep + 1 }).fit(input);
    expect(best.weights).toEqual(upToThere.weights);
    const last = await resolveHead('retrain', settings).fit(input);
    expect(best.validationAccuracy).toBeGreaterThanOrEqual(last.validationAccuracy ?? 1);
  });

  it('hands out the scores of the validation rows for calibration', async () => {
    const input = drawInput();
    const head = await resolveHead('retrain', { steps: 50 }).fit(input);
    expect(head.outOfFold.labels).toEqual(input.validation.labels);
    expect(head.outOfFold.logits).toEqual(await scoreRows(input.validation.features, head));
  });

  it('has no curve and nothing to calibrate on without validation rows', async () => {
    const validation = drawFeatures({ rows: 0, columns, classes, separation: 0, name: 'none' });
    const head = await resolveHead('retrain', { steps: 20, keep: 'best' }).fit({
      ...drawInput(),
      validation,
    });
    expect(head.curve).toBeUndefined();
    expect(head.outOfFold).toEqual({ logits: new Float32Array(0), labels: new Int32Array(0) });
    expect(head.settings.keptStep).toBe(19);
  });
});
