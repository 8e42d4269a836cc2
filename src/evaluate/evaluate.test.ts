import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, fitTemperature } from './calibration.ts';
import { evaluatePredictions } from './evaluate.ts';
import { findMistakes } from './mistakes.ts';
import { mcnemarTest } from './paired.ts';
import { softmaxRows } from './softmax.ts';
import { wilsonInterval } from './wilson.ts';

interface Case {
  logits: number[];
  labels: number[];
  classes: number;
  temperature: number;
  accuracy: number;
  interval95: [number, number];
  topK: number[];
  logLoss: number;
  ece: number;
  eceUncalibrated: number;
  macro: [number, number, number];
  precision: (number | null)[];
  recall: (number | null)[];
  f1: (number | null)[];
  support: number[];
  confusion: number[][];
}

/** Made by test/goldens/metrics.py with scikit-learn and SciPy. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/metrics.json', import.meta.url), 'utf8'),
) as { cases: Case[]; wilson: [number, number, number, number][]; mcnemar: [number, number, number][] };

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `class ${index}`);

function expectClose(found: (number | null)[], expected: (number | null)[]): void {
  expect(found.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    if (value === null) expect(found[index]).toBeNull();
    else expect(found[index]).toBeCloseTo(value, 12);
  }
}

describe('evaluatePredictions', () => {
  it.each(golden.cases)('agrees with scikit-learn on $classes classes', (expected) => {
    const metrics = evaluatePredictions({
      logits: Float32Array.from(expected.logits),
      labels: Int32Array.from(expected.labels),
      classes: names(expected.classes),
      temperature: expected.temperature,
    });
    expect(metrics.count).toBe(expected.labels.length);
    expect(metrics.confusion).toEqual(expected.confusion);
    expect(metrics.topK.map(({ k }) => k)).toEqual(expected.topK.map((_, index) => index + 1));
    expectClose([metrics.accuracy, ...metrics.interval95], [expected.accuracy, ...expected.interval95]);
    expectClose(
      metrics.topK.map(({ accuracy }) => accuracy),
      expected.topK,
    );
    expectClose([metrics.logLoss], [expected.logLoss]);
    expectClose([metrics.ece, metrics.eceUncalibrated], [expected.ece, expected.eceUncalibrated]);
    expectClose([metrics.macro.precision, metrics.macro.recall, metrics.macro.f1], expected.macro);
    expect(metrics.perClass.map(({ label }) => label)).toEqual(names(expected.classes));
    for (const rate of ['support', 'precision', 'recall', 'f1'] as const) {
      expectClose(
        metrics.perClass.map((metrics) => metrics[rate]),
        expected[rate],
      );
    }
  });

  it('gives null for rates without a denominator', () => {
    const { perClass, macro } = evaluatePredictions({
      logits: [5, 0, 0, 5, 0, 0],
      labels: [0, 1],
      classes: ['rose', 'tulip', 'daisy'],
      temperature: 1,
    });
    expect(perClass[1]).toEqual({ label: 'tulip', support: 1, precision: null, recall: 0, f1: 0 });
    expect(perClass[2]).toEqual({ label: 'daisy', support: 0, precision: null, recall: null, f1: null });
    expect(macro).toEqual({ precision: 0.25, recall: 0.5, f1: 1 / 3 });
  });

  it('breaks ties for the first class, in the top k as in the confusion', () => {
    const { accuracy, topK } = evaluatePredictions({
      logits: [1, 1, 1, 1, 1, 1],
      labels: [0, 1],
      classes: ['a', 'b', 'c'],
      temperature: 1,
    });
    expect(accuracy).toBe(0.5);
    expect(topK.map((entry) => entry.accuracy)).toEqual([0.5, 1, 1]);
  });

  it('keeps the log loss finite where the probability of the right class rounds to 0', () => {
    const { logLoss } = evaluatePredictions({
      logits: [0, 2000],
      labels: [0],
      classes: ['a', 'b'],
      temperature: 1,
    });
    expect(logLoss).toBe(2000);
  });

  it('refuses to measure nothing, or rows that do not fit', () => {
    const classes = ['a', 'b'];
    expect(() => evaluatePredictions({ logits: [], labels: [], classes, temperature: 1 })).toThrow(
      RangeError,
    );
    expect(() => evaluatePredictions({ logits: [1, 2, 3], labels: [0], classes, temperature: 1 })).toThrow(
      '1 × 2',
    );
  });
});

describe('softmaxRows', () => {
  it('divides by the temperature and sums to 1, however large the logits', () => {
    const rows = softmaxRows(Float32Array.of(Math.log(4), 0, 3e4, -3e4), 2, 2);
    expect(rows[0]).toBeCloseTo(2 / 3, 7);
    expect([...rows.subarray(2)]).toEqual([1, 0]);
  });
});

describe('wilsonInterval', () => {
  it.each(golden.wilson)('agrees with SciPy for %i of %i', (correct, n, low, high) => {
    expectClose(wilsonInterval(correct, n), [low, high]);
  });

  it('knows nothing without trials', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});

describe('fitTemperature', () => {
  it.each(golden.cases)(
    'agrees with a search by SciPy on $classes classes',
    ({ logits, labels, classes, temperature }) => {
      expect(fitTemperature({ logits, labels }, classes)).toBeCloseTo(temperature, 6);
    },
  );

  it('finds the factor by which logits are too large', () => {
    // 3 of 4 rows right at a logit of 10·ln 3: probability 3/4 needs a temperature of 10.
    const labels = Array.from({ length: 4000 }, (_, row) => (row % 4 === 0 ? 1 : 0));
    const logits = labels.flatMap(() => [10 * Math.log(3), 0]);
    expect(fitTemperature({ logits, labels }, 2)).toBeCloseTo(10, 1);
  });

  it('is 1 without rows', () => {
    expect(fitTemperature({ logits: [], labels: [] }, 3)).toBe(1);
  });

  it('stays away from the limits when every row is right, or one row is all there is', () => {
    const labels = Array.from({ length: 200 }, (_, row) => row % 2);
    const logits = labels.flatMap((label) => (label === 0 ? [4, 0] : [0, 4]));
    const separable = fitTemperature({ logits, labels }, 2);
    expect(separable).toBeGreaterThan(0.3);
    expect(separable).toBeLessThan(1);
    const single = fitTemperature({ logits: [0, 1], labels: [1] }, 2);
    expect(single).toBeGreaterThan(0.5);
    expect(single).toBeLessThan(1);
  });

  it('stays within 0.05 … 20 when logits are far too large or far too small', () => {
    const labels = Array.from({ length: 500 }, (_, row) => (row % 3 === 0 ? 1 : 0));
    const huge = labels.flatMap(() => [5000, 0]);
    expect(fitTemperature({ logits: huge, labels }, 2)).toBeCloseTo(20, 6);
    const tiny = labels.flatMap((label) => (label === 0 ? [0.01, 0] : [0, 0.01]));
    expect(fitTemperature({ logits: tiny, labels }, 2)).toBeCloseTo(0.05, 6);
  });
});

describe('expectedCalibrationError', () => {
  it('weighs the gap of each bin by its rows', () => {
    // Bin of 0.9: 2 rows, 1 right, gap 0.4; bin of 0.6: 2 rows, both right, gap 0.4; bin of 1.0: 1 row, right, no gap.
    const probabilities = [0.9, 0.1, 0.9, 0.1, 0.6, 0.4, 0.6, 0.4, 1, 0];
    expect(expectedCalibrationError(probabilities, [0, 1, 0, 0, 0], 2)).toBeCloseTo(0.32, 12);
  });

  it('puts a confidence on an edge into the lower bin', () => {
    // Two bins: 0.5 lies in the lower with 0.4, where the gaps cancel out in part.
    const probabilities = [0.5, 0.3, 0.2, 0.4, 0.35, 0.25];
    expect(expectedCalibrationError(probabilities, [0, 1], 3, 2)).toBeCloseTo(0.05, 12);
  });

  it('is 0 without rows', () => {
    expect(expectedCalibrationError([], [], 2)).toBe(0);
  });
});

describe('findMistakes', () => {
  it('lists wrong predictions, the most confident first, up to the limit', () => {
    const predictions = {
      probabilities: [0.6, 0.4, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.2, 0.8],
      labels: [1, 0, 1, 0, 0],
      classes: ['rose', 'tulip'],
      paths: ['a.jpg', 'b.jpg', 'right.jpg', 'd.jpg', 'e.jpg'],
    };
    expect(findMistakes(predictions)).toEqual([
      { path: 'b.jpg', label: 'rose', predicted: 'tulip', probability: 0.9 },
      { path: 'e.jpg', label: 'rose', predicted: 'tulip', probability: 0.8 },
      { path: 'd.jpg', label: 'rose', predicted: 'tulip', probability: 0.7 },
      { path: 'a.jpg', label: 'tulip', predicted: 'rose', probability: 0.6 },
    ]);
    expect(findMistakes({ ...predictions, limit: 1 })).toHaveLength(1);
  });
});

describe('mcnemarTest', () => {
  it.each(golden.mcnemar)('agrees with SciPy for %i against %i', (onlyA, onlyB, pValue) => {
    const a = [
      true,
      false,
      ...new Array<boolean>(onlyA).fill(true),
      ...new Array<boolean>(onlyB).fill(false),
    ];
    const b = [
      true,
      false,
      ...new Array<boolean>(onlyA).fill(false),
      ...new Array<boolean>(onlyB).fill(true),
    ];
    const test = mcnemarTest(a, b);
    expect([test.onlyA, test.onlyB]).toEqual([onlyA, onlyB]);
    expect(test.pValue).toBeCloseTo(pValue, 11);
  });

  it('finds no difference where there is none', () => {
    expect(mcnemarTest([true, false], [true, false])).toEqual({ onlyA: 0, onlyB: 0, pValue: 1 });
  });

  it('refuses lists of different lengths', () => {
    expect(() => mcnemarTest([true], [])).toThrow(RangeError);
  });
});
