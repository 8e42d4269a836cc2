import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asFile } from '../../test/fixtures/draw-features.ts';
import { averagePrecision } from '../evaluate/average-precision.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import type { FittedHead, HeadInput, LabelledFeatures } from './head.ts';
import { measureTargets } from './measure-targets.ts';
import { createRandom } from './random.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

interface Golden {
  classes: number;
  columns: number;
  trainingRows: number;
  features: number[];
  targets: number[];
  fits: { l2: number; weights: number[]; probabilities: number[] }[];
}

const [classes, columns] = [4, 24];

/** Rows around the sum of the centres of their classes; class k is shown by one row in k + 2, drawn. `show` overrides what is shown. */
function drawTargets(
  name: string,
  rows: number,
  separation = 6,
  show: (label: number) => boolean | undefined = () => undefined,
): LabelledFeatures {
  const centres = createRandom('multi-label centres');
  const centre = Array.from({ length: classes * columns }, () => centres.truncatedNormal());
  const random = createRandom(name);
  const targets = Uint8Array.from({ length: rows * classes }, (_, at) => {
    const drawn = random.below((at % classes) + 2) === 0;
    return Number(show(at % classes) ?? drawn);
  });
  const values = Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let value = random.truncatedNormal();
    for (let label = 0; label < classes; label++) {
      value +=
        (targets[row * classes + label]! * separation * centre[label * columns + column]!) /
        Math.sqrt(columns);
    }
    return value;
  });
  return {
    features: matrixFromArray(values, rows, columns),
    labels: new Int32Array(rows).fill(-1),
    targets,
    identities: Array.from({ length: rows }, (_, row) => `${name} ${row}`),
  };
}

function drawInput(separation?: number, show?: (label: number) => boolean | undefined): HeadInput {
  const [training, validation] = [
    drawTargets('training', 150, separation, show),
    drawTargets('validation', 50, separation, show),
  ];
  return { classes, training, validation, seed: 0 };
}

const fit = (input: HeadInput, options = {}): Promise<FittedHead> =>
  resolveHead('logistic', options).fit(input);

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

function isFinite({ weights, bias, outOfFold }: FittedHead): boolean {
  return [...weights, ...bias, ...outOfFold.logits].every(Number.isFinite);
}

describe('the logistic head on several labels a photo', () => {
  it("reaches scikit-learn's weights and probabilities of each class for itself", async () => {
    const url = new URL('../../test/goldens/multi-label.json', import.meta.url);
    const golden = (JSON.parse(readFileSync(url, 'utf8')) as { logistic: Golden }).logistic;
    const rows = golden.features.length / golden.columns;
    const part = (first: number, end: number): LabelledFeatures => ({
      features: matrixFromArray(
        Float32Array.from(golden.features.slice(first * golden.columns, end * golden.columns)),
        end - first,
        golden.columns,
      ),
      labels: new Int32Array(end - first).fill(-1),
      targets: Uint8Array.from(golden.targets.slice(first * golden.classes, end * golden.classes)),
      identities: Array.from({ length: end - first }, (_, row) => `row ${first + row}`),
    });
    const input = {
      classes: golden.classes,
      training: part(0, golden.trainingRows),
      validation: part(golden.trainingRows, rows),
      seed: 0,
    };
    expect(golden.fits.length).toBeGreaterThan(1);
    for (const { l2, weights, probabilities } of golden.fits) {
      const head = await fit(input, { l2, tolerance: 1e-6 });
      const largest = Math.max(...weights.map(Math.abs));
      for (const [i, weight] of weights.entries()) {
        expect(Math.abs((head.weights[i] ?? NaN) - weight) / largest).toBeLessThan(1e-4);
      }
      const logits = await scoreRows(part(0, rows).features, head);
      for (const [i, probability] of probabilities.entries()) {
        expect(Math.abs(sigmoid(logits[i] ?? NaN) - probability)).toBeLessThan(3e-5);
      }
    }
  });

  it('finds classes that lie apart, each on its own', async () => {
    const head = await fit(drawInput());
    expect(head.validationAccuracy).toBeGreaterThan(0.8);
    expect(head.validationMeanAveragePrecision).toBeGreaterThan(0.97);
    const test = drawTargets('test', 400);
    const logits = await scoreRows(test.features, head);
    for (let label = 0; label < classes; label++) {
      const column = <T>(values: ArrayLike<T>): T[] =>
        Array.from(values).filter((_, at) => at % classes === label);
      expect(averagePrecision(column(logits), column(test.targets ?? []))).toBeGreaterThan(0.95);
    }
  });

  it('chooses L2 by the log loss of the validation rows and records it for one yes or no', async () => {
    const input = drawInput(2);
    const head = await fit(input);
    const trials = head.trials ?? [];
    const chosen = trials.find(({ l2 }) => l2 === head.settings.l2);
    const losses = trials.map(({ validationLogLoss }) => validationLogLoss ?? Infinity);
    expect(chosen?.validationLogLoss).toBeLessThanOrEqual(Math.min(...losses) + 1e-3);
    expect(head.settings.l2ChosenBy).toBe('validation');
    // A fit on the training rows alone has this loss on the validation rows, to the tolerance of the fits.
    const again = await fit({ ...input, validation: drawTargets('none', 0) }, { l2: head.settings.l2 });
    const logits = await scoreRows(input.validation.features, again);
    const { crossEntropy } = measureTargets(logits, input.validation.targets ?? new Uint8Array(), classes);
    expect(chosen?.validationLogLoss).toBeCloseTo(crossEntropy / classes, 2);
  });

  it('gives every row once out of fold, in order and with its targets', async () => {
    const input = drawInput();
    const { outOfFold } = await fit(input, { l2: 1e-3 });
    const targets = [...(input.training.targets ?? []), ...(input.validation.targets ?? [])];
    expect([...(outOfFold.targets ?? [])]).toEqual(targets);
    expect(outOfFold.logits).toHaveLength(targets.length);
    expect(outOfFold.labels).toHaveLength(200);
    const { accuracy } = measureTargets(outOfFold.logits, outOfFold.targets ?? new Uint8Array(), classes);
    expect(accuracy).toBeGreaterThan(0.8);
  });

  it('scores a row out of fold by weights that have not seen it', async () => {
    // Targets are chance and there are more columns than rows: weights that have seen a row tell it right.
    const { features, ...part } = drawTargets('chance', 20, 0);
    const head = await fit(
      { classes, training: { ...part, features }, validation: drawTargets('none', 0), seed: 0 },
      { l2: 1e-6 },
    );
    const targets = part.targets ?? new Uint8Array();
    const seen = measureTargets(await scoreRows(features, head), targets, classes);
    expect(seen.accuracy).toBe(1);
    expect(
      measureTargets(head.outOfFold.logits, head.outOfFold.targets ?? targets, classes).accuracy,
    ).toBeLessThan(0.5);
  });

  it('gives equal bytes for equal input, in memory or in chunks of any size', async () => {
    const input = drawInput();
    const first = await fit(input);
    for (const chunkRows of [7, 64]) {
      const chunked = {
        ...input,
        training: asFile(input.training, chunkRows),
        validation: asFile(input.validation, chunkRows),
      };
      const again = await fit(chunked);
      expect(Buffer.from(again.weights.buffer).equals(Buffer.from(first.weights.buffer))).toBe(true);
      expect(again.outOfFold).toEqual(first.outOfFold);
    }
  });

  it.each([
    ['that no photo shows', false],
    ['that every photo shows', true],
  ])('breaks on no class %s, and learns the others all the same', async (_, shown) => {
    const head = await fit(drawInput(6, (label) => (label === 2 ? shown : undefined)));
    expect(isFinite(head)).toBe(true);
    const test = drawTargets('test', 100);
    const logits = await scoreRows(test.features, head);
    for (let row = 0; row < 100; row++) expect(logits[row * classes + 2]! > 0).toBe(shown);
    const first = (values: ArrayLike<number>): number[] =>
      Array.from(values).filter((__, at) => at % classes === 0);
    expect(averagePrecision(first(logits), first(test.targets ?? []))).toBeGreaterThan(0.95);
  });

  it('works without validation rows, and with two photos alone', async () => {
    const none = drawTargets('none', 0);
    const head = await fit({ classes, training: drawTargets('few', 12), validation: none, seed: 0 });
    expect(head).toMatchObject({ validationAccuracy: null });
    expect(head.validationMeanAveragePrecision).toBeUndefined();
    expect(isFinite(head)).toBe(true);
    const two = await fit({ classes, training: drawTargets('two', 2), validation: none, seed: 0 });
    expect(isFinite(two)).toBe(true);
  });

  it('says which feature is not finite', async () => {
    const input = drawInput();
    const values = (await input.training.features.chunk(0)).slice();
    values[3 * columns + 5] = NaN;
    const training = { ...input.training, features: matrixFromArray(values, 150, columns) };
    await expect(fit({ ...input, training })).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringContaining('row 3, column 5 of the training rows') as string,
    });
  });

  it('refuses targets of another length than its rows and classes ask for', async () => {
    const input = drawInput();
    const training = { ...input.training, targets: new Uint8Array(7) };
    await expect(fit({ ...input, training })).rejects.toThrow(/Expected 150 × 4 targets, found 7/);
  });

  it('learns from views of a photo and judges by the photo itself', async () => {
    const input = drawInput();
    const learn = { ...input.training, features: input.training.features };
    const doubled = await fit({ ...input, training: { ...input.training, learn } }, { l2: 1e-3 });
    const plain = await fit(input, { l2: 1e-3 });
    expect(doubled.outOfFold.targets).toEqual(plain.outOfFold.targets);
    for (const [i, weight] of plain.weights.entries()) expect(doubled.weights[i]).toBeCloseTo(weight, 2);
  });

  it('refuses class weights, which belong to one label a photo', async () => {
    const input = { classes, training: drawTargets('a', 60), validation: drawTargets('b', 20), seed: 0 };
    await expect(resolveHead('logistic', { classWeights: 'balanced' }).fit(input)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});
