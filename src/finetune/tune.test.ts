import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../features/testing/temporary-folder.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { resolveTuningSettings, type TuningOptions } from './settings.ts';
import { readTuningGolden, type TuningGolden } from './testing/golden.ts';
import { tinyForward, tinyGradient, tinyParameters } from './testing/tiny-graphs.ts';
import { measureTargets, tinyProblem } from './testing/tiny-problem.ts';
import { tune, type TuneContext } from './tune.ts';
import type { Tuned, TuningProblem, TuningRows } from './tuning.ts';

const golden = await readTuningGolden();
const settingsOf = (options: TuningOptions = {}): ReturnType<typeof resolveTuningSettings> =>
  resolveTuningSettings({ learningRate: 0.05, epochs: 4, batchSize: 10, microBatch: 4, ...options });

async function run(
  problem: TuningProblem,
  options: TuningOptions = {},
  context: Partial<TuneContext> = {},
): Promise<Tuned & { events: ProgressEvent[] }> {
  const events: ProgressEvent[] = [];
  const tuned = await tune(problem, settingsOf(options), {
    seed: 1,
    workers: 2,
    onProgress: (event) => events.push(event),
    ...context,
  });
  return { ...tuned, events };
}

const flat = ({ parameters }: Tuned): number[] =>
  [...parameters.values()].flatMap(({ data }) => [...(data as Float32Array)]);

describe('fine-tuning', () => {
  it.each(golden.trainings)('ends where PyTorch does: $optimizer', async (expected) => {
    const { epochs, labels } = expected;
    for (const microBatch of [labels.length, 5]) {
      const tuned = await run(goldenProblem(expected), { ...optionsOf(expected), microBatch });
      expect(tuned.bestEpoch).toBe(epochs);
      expect(tuned.curve.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
      for (const [index, { trainLoss, learningRate }] of tuned.curve.entries()) {
        expect(Math.abs(learningRate - expected.rates[index]!), `rate ${index}`).toBeLessThan(1e-8);
        expect(Math.abs(trainLoss - expected.losses[index]!), `loss ${index}`).toBeLessThan(2e-6);
      }
      for (const [name, values] of Object.entries(expected.end)) {
        const data = tuned.parameters.get(name)?.data as Float32Array;
        for (const [index, value] of values.entries()) {
          // AdamW divides small gradients by their own size, which lifts their rounding errors.
          expect(Math.abs(data[index]! - value), `${name}[${index}]`).toBeLessThan(2e-5);
        }
      }
    }
  });

  it('learns to tell classes apart', async () => {
    const { curve, stopped } = await run(tinyProblem({ training: 200, validation: 100, separation: 4 }));
    expect(curve.at(-1)?.validationAccuracy).toBeGreaterThan(0.95);
    expect(stopped).toBe('done');
    expect(curve.at(-1)?.trainLoss).toBeLessThan(0.7 * (curve[0]?.trainLoss ?? 0));
  });

  it('gives the same bytes on any number of workers, and others for another seed', async () => {
    const problem = tinyProblem();
    const options = { average: 0.9, clipNorm: 1, microBatch: 1 };
    const one = await run(problem, options, { workers: 1 });
    for (const workers of [2, 3]) {
      const other = await run(problem, options, { workers });
      expect(flat(other)).toEqual(flat(one));
      expect(other.curve.map(withoutSeconds)).toEqual(one.curve.map(withoutSeconds));
    }
    expect(flat(await run(problem, options, { seed: 2 }))).not.toEqual(flat(one));
  });

  it('sums the pieces of a batch as if it were run whole', async () => {
    const problem = tinyProblem();
    const whole = flat(await run(problem, { batchSize: 25, microBatch: 25 }));
    for (const microBatch of [1, 7, 24]) {
      const pieces = flat(await run(problem, { batchSize: 25, microBatch }));
      for (const [index, value] of pieces.entries()) {
        expect(Math.abs(value - whole[index]!), `micro-batch ${microBatch}`).toBeLessThan(1e-5);
      }
    }
  });

  it('reads each photo once an epoch, in its view, and smooths the targets of one label but not of several', async () => {
    // Without steps to speak of, the loss is that of the start: the cross entropy with the targets that were fed.
    const still = { learningRate: 1e-12, epochs: 1, labelSmoothing: 0.4 };
    const problem = tinyProblem({ views: 1 });
    const smoothed = await run(problem, still);
    const plain = await run({ ...problem, task: 'multi-label' }, still);
    const unsmoothed = await run(problem, { ...still, labelSmoothing: 0 });
    expect(plain.curve[0]?.trainLoss).toBe(unsmoothed.curve[0]?.trainLoss);
    expect(smoothed.curve[0]?.trainLoss).not.toBe(plain.curve[0]?.trainLoss);

    const read: [number, number][] = [];
    const training: TuningRows = {
      ...tinyProblem({ views: 3 }).training,
      read(photos, views) {
        read.push(...[...photos].map((photo, row): [number, number] => [photo, views[row]!]));
        return problem.training.read(photos, views);
      },
    };
    await run({ ...problem, training }, { epochs: 2 });
    expect(read).toHaveLength(100);
    for (const epoch of [read.slice(0, 50), read.slice(50)]) {
      expect(new Set(epoch.map(([photo]) => photo)).size).toBe(50);
      expect(new Set(epoch.map(([, view]) => view))).toEqual(new Set([0, 1, 2]));
    }
  });

  it('judges photos by the mean of their views', async () => {
    const problem = tinyProblem();
    const seen: number[][] = [];
    const measure: TuningProblem['measure'] = (logits) => {
      seen.push([...logits]);
      return problem.measure(logits);
    };
    const still = { learningRate: 1e-12, epochs: 1 };
    const inView = (view: number): TuningRows => ({
      ...problem.validation,
      read: (photos) => problem.validation.read(photos, new Int32Array(photos.length).fill(view)),
    });
    await run({ ...problem, validation: { ...problem.validation, views: 2 }, measure }, still);
    await run({ ...problem, validation: inView(0), measure }, still);
    await run({ ...problem, validation: inView(1), measure }, still);
    const [both = [], first = [], second = []] = seen;
    expect(first).not.toEqual(second);
    expect(both).toHaveLength(60);
    for (const [index, value] of both.entries()) {
      expect(value).toBeCloseTo((first[index]! + second[index]!) / 2, 5);
    }
  });
});

describe('fine-tuning keeps the best weights', () => {
  it('of the epoch with the least validation log loss', async () => {
    const best = await run(judgedBy([0.9, 0.5, 0.7, 0.6]));
    expect(best.bestEpoch).toBe(2);
    expect(best.stopped).toBe('done');
    // The first two of four epochs, on the same schedule, are what the training began with.
    const early = await run(judgedBy([0.9, 0.5, 0.7, 0.6]), { patience: 2 });
    expect(flat(best)).toEqual(flat(early));
    expect(flat(await run(judgedBy([0.9, 0.5, 0.4, 0.6])))).not.toEqual(flat(best));
  });

  it('and stops early when none is better for as many epochs as the patience', async () => {
    const tuned = await run(judgedBy([0.9, 0.5, 0.7, 0.6, 0.4]), { epochs: 9, patience: 2 });
    expect(tuned).toMatchObject({ stopped: 'early', bestEpoch: 2 });
    expect(tuned.curve).toHaveLength(4);
  });

  it('and without validation photos the last', async () => {
    const tuned = await run(tinyProblem({ validation: 0 }), { patience: 1 });
    expect(tuned).toMatchObject({ stopped: 'done', bestEpoch: 4 });
    expect(tuned.curve[3]).toMatchObject({ validationLogLoss: null, validationAccuracy: null });
    expect(flat(tuned).some((value) => value !== 0)).toBe(true);
  });

  it('as a moving average, where one is asked for', async () => {
    // After one step, with a decay of 2 / 11.
    const problem = tinyProblem();
    const oneStep = { epochs: 1, batchSize: 50 };
    const start = [...problem.parameters.values()].flatMap(({ data }) => [...(data as Float32Array)]);
    const moved = flat(await run(problem, oneStep));
    for (const [index, value] of flat(await run(problem, { ...oneStep, average: 0.99 })).entries()) {
      expect(value).toBeCloseTo(start[index]! + (moved[index]! - start[index]!) * (9 / 11), 6);
    }
    const [plain, average] = [await run(tinyProblem()), await run(tinyProblem(), { average: 0.9 })];
    // The steps themselves are the same ones.
    expect(average.curve.map(({ trainLoss }) => trainLoss)).toEqual(
      plain.curve.map(({ trainLoss }) => trainLoss),
    );
    expect(average.curve.at(-1)?.validationLogLoss).not.toBe(plain.curve.at(-1)?.validationLogLoss);
    expect(flat(average)).not.toEqual(flat(plain));
  });
});

describe('fine-tuning that diverges', () => {
  const tooFast = { learningRate: 1e20, schedule: 'constant', warmUp: 0, epochs: 6 } as const;

  it('is an error that names rate and remedy while no epoch is done', async () => {
    const folder = await temporaryFolder();
    const checkpoint = { folder, key: '{}', resume: false };
    await expect(run(tinyProblem(), tooFast, { checkpoint })).rejects.toMatchObject({
      code: 'TUNING_DIVERGED',
      message: expect.stringMatching(
        /^Expected the loss of the fine-tuning to fall but found (NaN|Infinity) in step [2-5] of epoch 1, at a learning rate of 100000000000000000000\.$/,
      ) as string,
      hint: 'Train again with a lower rate, such as --learning-rate 10000000000000000000.',
    });
  });

  it('keeps the weights of the best epoch when one is done', async () => {
    const problem = tinyProblem();
    let reads = 0;
    const poisoned: TuningProblem = {
      ...problem,
      training: {
        ...problem.training,
        async read(photos, views) {
          const rows = await problem.training.read(photos, views);
          // Three pieces a step, five steps an epoch: from the second step of the second epoch on.
          return ++reads > 18 ? poison(rows) : rows;
        },
      },
    };
    const tuned = await run(poisoned);
    expect(tuned).toMatchObject({ stopped: 'diverged', bestEpoch: 1 });
    expect(tuned.curve).toHaveLength(1);
    expect(tuned.divergence).toMatchObject({ epoch: 2, step: 2, loss: NaN });
    expect(flat(tuned).every(Number.isFinite)).toBe(true);
    expect(tuned.events).toContainEqual({
      type: 'notice',
      stage: 'tune',
      text: expect.stringMatching(
        /^Fine-tuning diverged in step 2 of epoch 2, at a learning rate of 0\.0\d+: the weights of epoch 1 are kept\. Train again with a lower rate, such as --learning-rate 0\.005\.$/,
      ) as string,
    });
    expect(flat(tuned)).toEqual(flat(await run(judgedBy([0.1, 0.2, 0.3, 0.4]))));
  });

  it('is seen in scores that are no numbers, too', async () => {
    const problem = tinyProblem();
    const validation: TuningRows = {
      ...problem.validation,
      read: async (photos, views) => poison(await problem.validation.read(photos, views)),
    };
    await expect(run({ ...problem, validation })).rejects.toMatchObject({ code: 'TUNING_DIVERGED' });
  });
});

describe('fine-tuning that is cancelled', () => {
  it('stops within a step, keeps it in the checkpoint, and goes on from there with the same bytes', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const steps: number[] = [];
    const listen =
      (abortAt: number) =>
      (event: ProgressEvent): void => {
        if (event.type !== 'progress') return;
        steps.push(event.done);
        if (event.done === abortAt) controller.abort();
      };
    const checkpoint = { folder, key: '{}', resume: true, everyMs: 1e9 };
    const context = { checkpoint, onProgress: listen(13), signal: controller.signal };
    await expect(run(tinyProblem(), {}, context)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(steps.at(-1)).toBe(13);
    const resumed = await run(tinyProblem(), {}, { checkpoint, onProgress: listen(0) });
    expect(steps.slice(13)).toEqual([14, 15, 16, 17, 18, 19, 20]);
    expect(flat(resumed)).toEqual(flat(await run(tinyProblem())));
  });

  it('does not begin when the signal is aborted before', async () => {
    const context = { signal: AbortSignal.abort() };
    await expect(run(tinyProblem(), {}, context)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('the progress of fine-tuning', () => {
  it('counts steps, tells loss and time left, and has a line an epoch', async () => {
    const { events, curve } = await run(tinyProblem(), { epochs: 2 });
    const counted = events.filter((event) => event.type === 'progress');
    expect(counted.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { total, unit, stage } of counted) expect([total, unit, stage]).toEqual([10, 'steps', 'tune']);
    expect(counted[0]?.validationAccuracy).toBeUndefined();
    expect(counted[9]?.validationAccuracy).toBe(curve[0]?.validationAccuracy);
    expect(counted[4]?.loss).toBeCloseTo(curve[0]?.trainLoss ?? 0, 10);
    expect(counted.every(({ etaMs = -1 }) => etaMs > 0)).toBe(true);
    const [point] = curve;
    expect(events.find((event) => event.type === 'line')?.text).toBe(
      `Epoch 1 of 2: loss ${point!.trainLoss.toFixed(3)}, validation accuracy ${(100 * point!.validationAccuracy!).toFixed(1)} %, log loss ${point!.validationLogLoss!.toFixed(3)}`,
    );
  });

  it('leaves the main thread free', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await run(tinyProblem(), { epochs: 30 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});

it('fine-tuning tells of rows that cannot be read, and of a graph that fails', async () => {
  const problem = tinyProblem();
  for (const lastGood of [0, 1, 5, 14]) {
    let reads = 0;
    const broken: TuningRows = {
      ...problem.training,
      read: (photos, views) =>
        reads++ < lastGood
          ? problem.training.read(photos, views)
          : Promise.reject(new Error('the rows are gone')),
    };
    const small = { microBatch: 1 };
    await expect(run({ ...problem, training: broken }, small, { workers: 3 })).rejects.toThrow(
      'the rows are gone',
    );
  }
  const narrow: TuningRows = {
    ...problem.training,
    read: (photos) =>
      Promise.resolve({ activation: floats([photos.length, 1], new Float32Array(photos.length)) }),
  };
  await expect(run({ ...problem, training: narrow })).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
  expect((await run(problem)).stopped).toBe('done');
});

function poison(rows: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const { activation } = rows;
  return {
    ...rows,
    activation: floats(activation!.dims, new Float32Array(activation!.data.length).fill(NaN)),
  };
}

function withoutSeconds({ seconds, ...point }: Tuned['curve'][number]): object {
  expect(seconds).toBeGreaterThan(0);
  return point;
}

function optionsOf(expected: TuningGolden['trainings'][number]): TuningOptions {
  const { optimizer, learningRate, weightDecay, warmUp, labelSmoothing, clipNorm, epochs, labels } = expected;
  return {
    ...{ optimizer, learningRate, weightDecay, warmUp, labelSmoothing, clipNorm, epochs },
    batchSize: labels.length,
  };
}

function goldenProblem({ shape, x, labels, start }: TuningGolden['trainings'][number]): TuningProblem {
  const { columns, classes } = shape;
  const targets = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) targets[row * classes + label] = 1;
  const rows: TuningRows = {
    photos: labels.length,
    views: 1,
    targets,
    read: (photos) => {
      const values = [...photos].flatMap((photo) => x.slice(photo * columns, (photo + 1) * columns));
      return Promise.resolve({ activation: floats([photos.length, columns], values) });
    },
  };
  return {
    classes,
    gradient: tinyGradient(shape),
    forward: tinyForward(shape),
    parameters: new Map(
      Object.entries(tinyParameters(shape)).map(([name, dims]) => [name, floats(dims, start[name]!)]),
    ),
    decayed: new Set(['w1', 'w2']),
    rateFactors: new Map([
      ['w2', 2],
      ['b2', 2],
    ]),
    training: rows,
    validation: { ...rows, photos: 0, targets: new Float32Array(0) },
    measure: (logits) => measureTargets(logits, targets, classes),
  };
}

/** Validation log losses that are made up, one an epoch. */
function judgedBy(losses: readonly number[]): TuningProblem {
  let epoch = 0;
  return { ...tinyProblem(), measure: () => ({ logLoss: losses[epoch++] ?? NaN, accuracy: 0.5 }) };
}
