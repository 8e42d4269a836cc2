import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { averagePrecision, meanAveragePrecision } from './average-precision.ts';
import { calibrateLabels } from './calibrate-labels.ts';
import { chooseThresholds } from './choose-thresholds.ts';
import { evaluateLabels, type LabelTestMetrics } from './evaluate-labels.ts';
import { sigmoidRows } from './sigmoid.ts';

interface Case {
  logits: number[];
  targets: number[];
  thresholds: number[];
  averagePrecision: (number | null)[];
  meanAveragePrecision: number;
  precision: (number | null)[];
  recall: (number | null)[];
  f1: (number | null)[];
  support: number[];
  macro: [number, number, number];
  micro: [number, number, number];
  subsetAccuracy: number;
  logLoss: number;
  ece: number;
  calibration: { temperature: number; bias: number[] };
  chosenThresholds: number[];
}

/** Made by test/goldens/multi-label.py with scikit-learn and SciPy. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/multi-label.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

function evaluate({
  logits,
  targets,
  thresholds,
}: Pick<Case, 'logits' | 'targets' | 'thresholds'>): LabelTestMetrics {
  return evaluateLabels({
    logits: Float32Array.from(logits),
    targets: Uint8Array.from(targets),
    classes: thresholds.map((_, label) => `class ${label}`),
    thresholds,
    paths: Array.from({ length: logits.length / thresholds.length }, (_, row) => `${row}.jpg`),
  });
}

function expectClose(
  found: readonly (number | null)[],
  expected: readonly (number | null)[],
  digits = 12,
): void {
  expect(found.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    if (value === null) expect(found[index]).toBeNull();
    else expect(found[index]).toBeCloseTo(value, digits);
  }
}

describe('evaluateLabels', () => {
  it.each(golden.cases)('agrees with scikit-learn at the thresholds $thresholds', (expected) => {
    const { multiLabel, ...metrics } = evaluate(expected);
    expectClose(
      multiLabel.perClass.map((one) => one.averagePrecision),
      expected.averagePrecision,
    );
    expectClose([multiLabel.meanAveragePrecision], [expected.meanAveragePrecision]);
    for (const rate of ['precision', 'recall', 'f1', 'support'] as const) {
      expectClose(
        metrics.perClass.map((one) => one[rate]),
        expected[rate],
      );
    }
    const { macro } = metrics;
    const { micro } = multiLabel;
    expectClose([macro.precision, macro.recall, macro.f1], expected.macro);
    expectClose([micro.precision, micro.recall, micro.f1], expected.micro);
    expectClose([metrics.accuracy, metrics.logLoss], [expected.subsetAccuracy, expected.logLoss]);
    expectClose([metrics.ece, metrics.eceUncalibrated], [expected.ece, expected.ece]);
    expect(metrics.count).toBe(expected.logits.length / expected.thresholds.length);
    expect(multiLabel.perClass.map(({ threshold }) => threshold)).toEqual(expected.thresholds);
  });

  it('counts a probability at the threshold itself as a yes', () => {
    const { multiLabel } = evaluate({ logits: [0, -1e-6], targets: [1, 1], thresholds: [0.5, 0.5] });
    expect(multiLabel.perClass.map(({ hits, missed }) => [hits, missed])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('leaves what has no denominator null: nothing shown, nothing named', () => {
    const { multiLabel, ...metrics } = evaluate({
      logits: [-9, -9],
      targets: [0, 0],
      thresholds: [0.5, 0.5],
    });
    expect(multiLabel.meanAveragePrecision).toBeNull();
    expect(multiLabel.micro).toEqual({ precision: null, recall: null, f1: null });
    expect(metrics.accuracy).toBe(1);
    expect(metrics.macro).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  it('gives a finite log loss of a certain and wrong answer', () => {
    const { logLoss } = evaluate({ logits: [1000, -1000], targets: [0, 0], thresholds: [0.5, 0.5] });
    expect(logLoss).toBe(500);
  });

  it('lists wrong and missing labels by how far they lie beyond the threshold', () => {
    const logit = (probability: number): number => Math.log(probability / (1 - probability));
    const { multiLabel } = evaluate({
      // Confidences: wrong 0.8 of [0.5, 1], missing half of [0, 0.2], missing 0.9 of [0, 0.2], and two that are right.
      logits: [0.9, 0.1, 0.6, 0.02, 0.1, 0.5].map(logit),
      targets: [0, 1, 1, 1, 0, 1],
      thresholds: [0.5, 0.2],
    });
    expect(
      multiLabel.mistakes.map(({ path, label, kind, shows }) => [path, label, kind, shows.join()]),
    ).toEqual([
      ['1.jpg', 'class 1', 'missing', 'class 0,class 1'],
      ['0.jpg', 'class 0', 'wrong', 'class 1'],
      ['0.jpg', 'class 1', 'missing', 'class 1'],
    ]);
    expect(multiLabel.mistakes[0]?.probability).toBeCloseTo(0.02, 6);
  });

  it('refuses to measure nothing, and lengths that do not fit', () => {
    expect(() => evaluate({ logits: [], targets: [], thresholds: [0.5] })).toThrow(RangeError);
    expect(() => evaluate({ logits: [1, 2], targets: [1], thresholds: [0.5] })).toThrow(
      /2 × 1 logits and targets/,
    );
  });
});

describe('averagePrecision', () => {
  it('is 1 for a perfect order, and the share of positives where all scores are equal', () => {
    expect(averagePrecision([0.9, 0.8, 0.1], [1, 1, 0])).toBe(1);
    expect(averagePrecision([5, 5, 5, 5], [1, 0, 0, 0])).toBe(0.25);
    // Nine ninths add up to more than 1 in floating point, which run.json would refuse.
    expect(averagePrecision([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0])).toBe(1);
  });

  it('leaves classes that are never shown out of the mean', () => {
    expect(meanAveragePrecision([3, 1, 2, 2, 1, 3], [1, 0, 1, 0, 0, 0], 2)).toBe(1);
    expect(meanAveragePrecision([3, 1], [0, 0], 2)).toBeNull();
  });
});

describe('calibrateLabels', () => {
  it.each(golden.cases)('finds the posterior that SciPy finds, $calibration.temperature', (expected) => {
    const { temperature, bias } = calibrateLabels(expected, expected.thresholds.length);
    expectClose([temperature, ...bias], [expected.calibration.temperature, ...expected.calibration.bias], 5);
  });

  it('changes nothing without rows', () => {
    const { temperature, bias } = calibrateLabels({ logits: [], targets: [] }, 2);
    expect([temperature, ...bias]).toEqual([1, 0, 0]);
  });

  it('keeps to its bounds on rows that are all right by far', () => {
    const logits = Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? 0.01 : -0.01));
    const { temperature, bias } = calibrateLabels(
      { logits, targets: logits.map((logit) => Number(logit > 0)) },
      1,
    );
    expect(temperature).toBeCloseTo(0.05, 12);
    expect(Math.abs(bias[0] ?? NaN)).toBeLessThan(1e-6);
  });

  it('takes a class that every row shows, and one that none does', () => {
    const logits = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 2 : -2));
    const { temperature, bias } = calibrateLabels(
      { logits, targets: logits.map((logit) => Number(logit > 0)) },
      2,
    );
    const [all = NaN, none = NaN] = sigmoidRows([2, -2], temperature, bias);
    expect(all).toBeGreaterThan(0.95);
    expect(all).toBeLessThan(1);
    expect(none).toBeLessThan(0.05);
    expect(none).toBeGreaterThan(0);
  });
});

describe('chooseThresholds', () => {
  it.each(golden.cases)('maximises F1 as a search by scikit-learn does, $chosenThresholds', (expected) => {
    const probabilities = sigmoidRows(expected.logits);
    expectClose(
      chooseThresholds(probabilities, expected.targets, expected.thresholds.length),
      expected.chosenThresholds,
    );
  });

  it('gives 0.5 where fewer than five rows show a class, or fewer than five do not', () => {
    const rows = Array.from({ length: 12 }, (_, row) => row);
    const scores = rows.map((row) => (row < 4 ? 0.2 : 0.1));
    expect(
      chooseThresholds(
        scores,
        rows.map((row) => Number(row < 4)),
        1,
      ),
    ).toEqual([0.5]);
    expect(
      chooseThresholds(
        scores,
        rows.map((row) => Number(row >= 4)),
        1,
      ),
    ).toEqual([0.5]);
    expect(chooseThresholds([...scores, 0.2], [...rows.map((row) => Number(row < 4)), 1], 1)[0]).toBeCloseTo(
      0.15,
      12,
    );
  });

  it('keeps 0.5 where no threshold is better, and stays within 0.05 and 0.95', () => {
    const targets = Array.from({ length: 20 }, (_, row) => Number(row < 10));
    const apart = targets.map((target) => (target === 1 ? 0.8 : 0.3));
    expect(chooseThresholds(apart, targets, 1)).toEqual([0.5]);
    const low = targets.map((target) => (target === 1 ? 0.002 : 0.001));
    const high = targets.map((target) => (target === 1 ? 0.999 : 0.99));
    expect(chooseThresholds(low, targets, 1)).toEqual([0.5]);
    expect(chooseThresholds(high, targets, 1)).toEqual([0.5]);
    const mixed = targets.map((target, row) => (target === 1 ? 0.03 + row / 100 : 0.001));
    expect(chooseThresholds(mixed, targets, 1)).toEqual([0.05]);
  });
});
