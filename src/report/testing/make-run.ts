import type { RunRecord } from '../../model/run-record.ts';

/** What a made-up run should be like. */
export interface RunShape {
  readonly classes: readonly string[];
  /** `confusion[truth][predicted]`; by default 10 test photos a class, every third class with one mistake. */
  readonly confusion?: readonly (readonly number[])[];
  readonly head?: Partial<RunRecord['head']>;
  readonly skipped?: RunRecord['skipped'];
  readonly notices?: readonly string[];
  readonly name?: string;
  readonly unknown?: RunRecord['unknown'];
}

/** Makes a run record whose figures fit together, without training anything. */
export function makeRun({
  classes,
  confusion = someMistakes(classes.length),
  ...shape
}: RunShape): RunRecord {
  const supports = confusion.map(sum);
  const count = sum(supports);
  const right = sum(confusion.map((counts, row) => counts[row] ?? 0));
  const accuracy = count === 0 ? 0 : right / count;
  const perClass = classes.map((label, index) => classMetrics(label, index, confusion));
  return {
    schemaVersion: 1,
    options: {
      source: shape.name ?? 'flower_photos',
      out: null,
      split: null,
      network: {
        backbone: 'inception-v3',
        form: null,
        taps: null,
        networkOutput: null,
        inputSize: null,
        scaling: null,
        resize: null,
        kernel: null,
      },
      classes: null,
      nested: false,
      allowSmall: false,
      strict: false,
      maxPixels: null,
      views: 1,
      testViews: 1,
      viewsReason: null,
      augment: 'none',
      unknown: true,
      falseRejectionPercent: 5,
      renamed: [],
      measureUnknown: null,
      tuningLimits: { diskLimit: null, memoryLimit: null, timeLimit: null },
    },
    dataset: {
      name: shape.name ?? 'flower_photos',
      task: 'single-label',
      classes: [...classes],
      counts: Object.fromEntries(classes.map((label, index) => [label, (supports[index] ?? 0) * 10])),
    },
    split: {
      training: count * 8,
      validation: count,
      test: count,
      source: 'hash',
      validationPercent: 10,
      testPercent: 10,
      seed: 0,
    },
    skipped: shape.skipped ?? [],
    notices: [...(shape.notices ?? [])],
    backbone: {
      id: 'inception-v3',
      sha256: 'a'.repeat(64),
      form: 'uint8',
      preprocess: {
        width: 299,
        height: 299,
        resize: 'stretch',
        crop: 1,
        kernel: 'bilinear',
        scaling: null,
      },
      taps: ['Mixed_6e', 'Mixed_7a', 'AvgPool_1a_8x8'],
      featureSize: 4096,
    },
    features: { computed: count * 10, cached: 0 },
    head: { type: 'logistic', settings: { l2: 0.01, iterations: 60 }, temperature: 1.21, ...shape.head },
    metrics: {
      validation: { accuracy: count === 0 ? null : accuracy, count },
      test: {
        count,
        accuracy,
        interval95: wilson(right, count),
        topK: Array.from({ length: Math.min(5, classes.length) }, (_, index) => ({
          k: index + 1,
          accuracy: classes.length === index + 1 ? 1 : 1 - (1 - accuracy) / (index + 1) ** 2,
        })),
        logLoss: 0.2134,
        ece: 0.018,
        eceUncalibrated: 0.041,
        macro: { precision: accuracy, recall: accuracy, f1: accuracy },
        perClass,
        confusion: confusion.map((counts) => [...counts]),
      },
    },
    unknown: shape.unknown ?? null,
    mistakes: listMistakes(classes, confusion),
    timings: {
      scanMs: 412,
      featuresMs: 21_300,
      headMs: 1830,
      fineTuneMs: 0,
      evaluateMs: 240,
      totalMs: 24_100,
    },
    model: { path: 'flower_photos-model/model.onnx', sha256: 'b'.repeat(64), bytes: 24_103_118 },
    versions: { regraft: '0.1.0', node: 'v20.20.0', onnxruntime: '1.24.3', platform: 'linux-x64' },
    finishedAt: '2026-03-04T14:02:11.000Z',
  };
}

function someMistakes(size: number): number[][] {
  return Array.from({ length: size }, (_, row) => {
    const counts = new Array<number>(size).fill(0);
    const other = (row + 1) % size;
    counts[row] = row % 3 === 0 ? 9 : 10;
    counts[other] = (counts[other] ?? 0) + (row % 3 === 0 ? 1 : 0);
    return counts;
  });
}

function classMetrics(
  label: string,
  index: number,
  confusion: readonly (readonly number[])[],
): RunRecord['metrics']['test']['perClass'][number] {
  const support = sum(confusion[index] ?? []);
  const answers = sum(confusion.map((counts) => counts[index] ?? 0));
  const hits = confusion[index]?.[index] ?? 0;
  const precision = answers === 0 ? null : hits / answers;
  const recall = support === 0 ? null : hits / support;
  return {
    label,
    support,
    precision,
    recall,
    f1: support + answers === 0 ? null : (2 * hits) / (support + answers),
  };
}

function listMistakes(
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
): RunRecord['mistakes'] {
  const mistakes: RunRecord['mistakes'] = [];
  for (const [row, counts] of confusion.entries()) {
    for (const [column, count] of counts.entries()) {
      if (row === column) continue;
      for (let number = 0; number < count && mistakes.length < 50; number += 1) {
        mistakes.push({
          path: `${classes[row] ?? ''}/${String(column)}-${String(number)}.jpg`,
          label: classes[row] ?? '',
          predicted: classes[column] ?? '',
          probability: 0.98 - mistakes.length * 0.011,
        });
      }
    }
  }
  return mistakes;
}

function wilson(right: number, count: number): [number, number] {
  if (count === 0) return [0, 1];
  const z = 1.959964;
  const rate = right / count;
  const centre = (rate + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((rate * (1 - rate)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function sum(values: readonly number[]): number {
  return values.reduce((one, other) => one + other, 0);
}
