import { throwIfCancelled } from '../errors.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { buildDescentGraph } from './descent-graph.ts';
import type { CurvePoint, HeadInput } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { createRandom } from './random.ts';
import { openRowSource } from './row-source.ts';
import { sampleRows } from './sample-rows.ts';
import type { LinearHead } from './score.ts';

/** The constants of {@link openDescent}. */
export interface DescentSettings {
  readonly steps: number;
  readonly learningRate: number;
  readonly trainBatchSize: number;
  readonly validationBatchSize: number;
}

/** Stochastic gradient descent in one worker thread. */
export interface Descent extends AsyncDisposable {
  /**
   * Makes the steps `first … last` from the given weights and measures what comes out: on the last step's batch, and on drawn
   * validation rows (NaN without any). Batches are drawn in sequence, so ranges must follow one another.
   */
  run(head: LinearHead, first: number, last: number): Promise<{ head: LinearHead; point: CurvePoint }>;
}

// A run of gathered batches is sent at most about this.
const gatheredBytes = 2 ** 26;
const maxStepsInRun = 100;

/** Opens gradient descent over the training rows. */
export async function openDescent(input: HeadInput, settings: DescentSettings): Promise<Descent> {
  const { classes, training, validation, seed, signal, onProgress } = input;
  const { steps, learningRate, trainBatchSize, validationBatchSize } = settings;
  const { columns } = training.features;
  const stepsInRun = Math.max(
    1,
    Math.min(maxStepsInRun, Math.floor(gatheredBytes / (4 * columns * trainBatchSize))),
  );
  const validationCount = validation.features.rows > 0 ? validationBatchSize : 0;
  const drawTraining = sampleRows(training.labels, createRandom(`retrain/training/${seed}`));
  const drawValidation = sampleRows(validation.labels, createRandom(`retrain/validation/${seed}`));

  const pool = await openSessions(buildDescentGraph(classes, columns), { workers: 1, signal });
  const dispose = (): Promise<void> => pool[Symbol.asyncDispose]() as Promise<void>;
  try {
    const takeTraining = await openRowSource(pool, training);
    const takeValidation = await openRowSource(pool, validation);

    const runSteps = async (
      head: LinearHead,
      batches: Int32Array,
      chosen: Int32Array,
    ): Promise<DescentOutputs> => {
      throwIfCancelled(signal);
      const table = await takeTraining(batches);
      const evaluated = await takeValidation(chosen);
      const dims = [batches.length / trainBatchSize, trainBatchSize];
      const feeds = {
        features: table.features,
        labels: table.labels,
        batches: { type: 'int64', dims, data: table.indices } as const,
        scaledRate: floats([], [learningRate / trainBatchSize]),
        weights: floats([classes, columns], head.weights),
        bias: floats([classes], head.bias),
        evaluated: evaluated.features,
        chosen: { type: 'int64', dims: [chosen.length], data: evaluated.indices } as const,
      };
      return readOutputs(await pool.run(feeds, { worker: 0, signal }));
    };

    return {
      async run(from, first, last) {
        let head = from;
        for (let step = first; ; step += stepsInRun) {
          const count = Math.min(stepsInRun, last - step + 1);
          const batches = drawTraining(count * trainBatchSize);
          const isLast = step + count > last;
          const chosen = isLast ? drawValidation(validationCount) : new Int32Array(0);
          const outputs = await runSteps(head, batches, chosen);
          head = outputs.head;
          onProgress?.({ type: 'progress', stage: 'head', done: step + count, total: steps, unit: 'steps' });
          if (!isLast) continue;

          const batch = measureLogits(
            outputs.batchLogits,
            pick(training.labels, batches.slice(-trainBatchSize)),
            classes,
          );
          const validated = measureLogits(outputs.chosenLogits, pick(validation.labels, chosen), classes);
          const point = {
            step: last,
            trainAccuracy: batch.accuracy,
            crossEntropy: batch.crossEntropy,
            validationAccuracy: validated.accuracy,
          };
          return { head, point };
        }
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface DescentOutputs {
  readonly head: LinearHead;
  readonly batchLogits: Float32Array;
  readonly chosenLogits: Float32Array;
}

function readOutputs(outputs: Readonly<Record<string, Tensor>>): DescentOutputs {
  const read = (name: string): Float32Array => outputs[name]?.data as Float32Array;
  return {
    head: { weights: read('newWeights'), bias: read('newBias') },
    batchLogits: read('batchLogits'),
    chosenLogits: read('chosenLogits'),
  };
}

function pick(labels: Int32Array, rows: Int32Array): Int32Array {
  return rows.map((row) => labels[row] ?? 0);
}
