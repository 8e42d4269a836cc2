import { describe, expect, it } from 'vitest';
import { asFile, drawFeatures, withValues, withViews } from '../../test/fixtures/draw-features.ts';
import type { RegraftError } from '../errors.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import type { FittedHead, HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { scoreRows } from './score.ts';
import { headTypes, resolveHead } from './trainers.ts';

const [classes, columns] = [3, 16];

function draw(name: string, rows: number, separation = 6): LabelledFeatures {
  return drawFeatures({ rows, columns, classes, separation, name });
}

function drawInput(separation?: number): HeadInput {
  return {
    classes,
    training: draw('training', 120, separation),
    validation: draw('validation', 30, separation),
    seed: 0,
  };
}

async function accuracyOn(part: LabelledFeatures, head: FittedHead): Promise<number> {
  return measureLogits(await scoreRows(part.features, head), part.labels, classes).accuracy;
}

async function errorOf(work: Promise<unknown>): Promise<RegraftError> {
  return (await work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  )) as RegraftError;
}

// Every head must pass this; quick settings keep the classic's thousands of steps out of it.
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  mlp: { hidden: 32, batchSize: 16 },
  retrain: {
    steps: 120,
    learningRate: 0.1,
    evalStepInterval: 50,
    trainBatchSize: 20,
    validationBatchSize: 20,
  },
};

// What makes a head learn even labels by chance by heart.
const memorising: Readonly<Record<string, Record<string, unknown>>> = {
  logistic: { l2: 1e-5 },
  ridge: { l2: 1e-5 },
  mlp: { epochs: 30 },
  retrain: { steps: 500 },
};

describe.each(headTypes)('the %s head', (type) => {
  const { fit } = resolveHead(type, quick[type]);

  it('gives weights, bias, scores and settings of the right shapes', async () => {
    const head = await fit(drawInput());
    expect(head.type).toBe(type);
    expect(head.weights).toBeInstanceOf(Float32Array);
    const last = head.before?.findLast((step) => step.kind === 'dense');
    expect(head.weights).toHaveLength(classes * (last?.bias.length ?? columns));
    expect(head.bias).toHaveLength(classes);
    expect(head.outOfFold.logits).toHaveLength(head.outOfFold.labels.length * classes);
    expect(head.outOfFold.labels.length).toBeGreaterThanOrEqual(30);
    expect([...head.weights, ...head.bias, ...head.outOfFold.logits].every(Number.isFinite)).toBe(true);
    expect(JSON.parse(JSON.stringify(head.settings))).toEqual(head.settings);
  });

  it('learns classes that lie apart', async () => {
    const head = await fit(drawInput());
    expect(head.validationAccuracy).toBeGreaterThan(0.9);
    expect(await accuracyOn(draw('test', 300), head)).toBeGreaterThan(0.9);
  });

  it('gives equal bytes for equal input', async () => {
    const [a, b] = [await fit(drawInput()), await fit(drawInput())];
    expect(a).toEqual(b);
  });

  it('gives equal bytes whether the features lie in memory or are read in chunks of any size', async () => {
    const input = drawInput();
    const inMemory = await fit(input);
    for (const chunkRows of [7, 64]) {
      const fromFile = await fit({
        ...input,
        training: asFile(input.training, chunkRows),
        validation: asFile(input.validation, chunkRows),
      });
      expect(fromFile).toEqual(inMemory);
    }
  });

  it('scores only rows out of fold that the scoring weights were not fitted on', async () => {
    // Labels by pure chance in more columns than rows: fitted rows come out right, others right once in three.
    const chance = { rows: 90, columns: 400, classes, separation: 0 };
    const training = drawFeatures({ ...chance, name: 'chance training' });
    const validation = drawFeatures({ ...chance, name: 'chance validation' });
    const head = await resolveHead(type, { ...quick[type], ...memorising[type] }).fit({
      classes,
      training,
      validation,
      seed: 0,
    });
    expect(await accuracyOn(training, head)).toBeGreaterThan(0.9);
    const { accuracy } = measureLogits(head.outOfFold.logits, head.outOfFold.labels, classes);
    expect(accuracy).toBeLessThan(0.5);
  });

  it('learns from all views of a photo and judges it once, in no view of it learned from before', async () => {
    // Labels are chance again; a photo whose other view were learned from would come out right.
    const chance = { rows: 90, columns: 200, classes, separation: 0 };
    const training = withViews(drawFeatures({ ...chance, name: 'chance training' }));
    const validation = withViews(drawFeatures({ ...chance, rows: 30, name: 'chance validation' }));
    const head = await fit({ classes, training, validation, seed: 0 });
    const { logits, labels } = head.outOfFold;
    expect([30, 120]).toContain(labels.length);
    expect(measureLogits(logits, labels, classes).accuracy).toBeLessThan(0.55);

    const easy = drawInput();
    const learned = await fit({
      ...easy,
      training: withViews(easy.training),
      validation: withViews(easy.validation),
    });
    expect(await accuracyOn(draw('test', 300), learned)).toBeGreaterThan(0.9);
  });

  it('measures the validation accuracy by weights that were fitted on the training rows alone', async () => {
    const chance = { rows: 60, columns: 200, classes, separation: 0 };
    const head = await fit({
      classes,
      training: drawFeatures({ ...chance, name: 'chance training' }),
      validation: drawFeatures({ ...chance, name: 'chance validation' }),
      seed: 0,
    });
    expect(head.validationAccuracy).toBeLessThan(0.6);
  });

  it('does without validation rows', async () => {
    const head = await fit({ ...drawInput(), validation: draw('none', 0) });
    expect(head.validationAccuracy).toBeNull();
    expect(await accuracyOn(draw('test', 100), head)).toBeGreaterThan(0.9);
  });

  it('does without a validation row of one class', async () => {
    const { training, validation } = drawInput();
    const values = await validation.features.chunk(0);
    const rows = [...validation.labels.keys()].filter((row) => validation.labels[row] !== 1);
    const kept = {
      features: matrixFromArray(
        Float32Array.from(rows.flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)])),
        rows.length,
        columns,
      ),
      labels: Int32Array.from(rows, (row) => validation.labels[row] ?? 0),
      identities: rows.map((row) => validation.identities[row] ?? ''),
    };
    const head = await fit({ classes, training, validation: kept, seed: 0 });
    expect(await accuracyOn(draw('test', 100), head)).toBeGreaterThan(0.9);
  });

  it('takes columns that never change', async () => {
    const input = drawInput();
    const clear = (values: Float32Array): void => {
      for (let i = 3; i < values.length; i += columns) values[i] = 0.25;
    };
    const head = await fit({
      ...input,
      training: await withValues(input.training, clear),
      validation: await withValues(input.validation, clear),
    });
    expect(head.validationAccuracy).toBeGreaterThan(0.9);
    expect(head.weights.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['training', NaN],
    ['validation', Infinity],
  ] as const)('refuses %s rows with %s and names the first place', async (part, value) => {
    const input = drawInput();
    const broken = await withValues(input[part], (values) => {
      values[4 * columns + 2] = value;
      values[9 * columns + 1] = value;
    });
    const error = await errorOf(fit({ ...input, [part]: broken }));
    expect(error).toMatchObject({ name: 'RegraftError', code: 'FEATURES_INVALID' });
    expect(error.message).toContain(`row 4, column 2 of the ${part} rows`);
  });

  it('refuses features that are the same for all photos', async () => {
    const input = drawInput();
    const training = await withValues(input.training, (values) => values.fill(0.5));
    expect(await errorOf(fit({ ...input, training }))).toMatchObject({ code: 'FEATURES_INVALID' });
  });

  it('stops when it is cancelled, before and on the way', async () => {
    const before = fit({ ...drawInput(), signal: AbortSignal.abort() });
    expect(await errorOf(before)).toMatchObject({ code: 'CANCELLED' });

    const controller = new AbortController();
    const events: ProgressEvent[] = [];
    const during = fit({
      ...drawInput(),
      signal: controller.signal,
      onProgress: (event) => {
        events.push(event);
        controller.abort();
      },
    });
    expect(await errorOf(during)).toMatchObject({ code: 'CANCELLED' });
    // What belongs to the step in hand, and no further step.
    expect(events.length).toBeLessThanOrEqual(2);
  });

  it('reports progress up to its total', async () => {
    const events: ProgressEvent[] = [];
    await fit({ ...drawInput(), onProgress: (event) => events.push(event) });
    const counts = events.filter((event) => event.type === 'progress');
    expect(counts.length).toBeGreaterThan(2);
    expect(counts.every((event) => event.stage === 'head')).toBe(true);
    expect(counts.map(({ done }) => done)).toEqual(counts.map(({ done }) => done).sort((a, b) => a - b));
    expect(counts.at(-1)?.done).toBe(counts.at(-1)?.total);
  });
});
