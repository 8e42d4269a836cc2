import { createRandom } from '../../head/random.ts';
import { floats } from '../../onnx/build.ts';
import { initialiseWeights } from '../initialise-weights.ts';
import type { TuningProblem, TuningRows } from '../tuning.ts';
import { tinyForward, tinyGradient, tinyParameters, type TinyShape } from './tiny-graphs.ts';

/** What a {@link tinyProblem} may be told. */
export interface TinyOptions {
  readonly training?: number;
  readonly validation?: number;
  readonly views?: number;
  readonly shape?: TinyShape;
  /** Standard deviations between the classes' means. */
  readonly separation?: number;
}

/** A problem of some milliseconds: photos of a few values about the mean of their class, in views that shift them a little. */
export function tinyProblem({
  training = 50,
  validation = 20,
  views = 2,
  shape = { columns: 6, hidden: 8, classes: 3 },
  separation = 2,
}: TinyOptions = {}): TuningProblem {
  const { classes } = shape;
  const validationRows = drawRows('validation', validation, 1, shape, separation);
  const zeros = Object.entries(tinyParameters(shape)).map(
    ([name, dims]) => [name, floats(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)))] as const,
  );
  return {
    classes,
    gradient: tinyGradient(shape),
    forward: tinyForward(shape),
    parameters: initialiseWeights(new Map(zeros), 5),
    decayed: new Set(['w1', 'w2']),
    training: drawRows('training', training, views, shape, separation),
    validation: validationRows,
    measure: (logits) => measureTargets(logits, validationRows.targets, classes),
  };
}

function drawRows(
  name: string,
  photos: number,
  views: number,
  { columns, classes }: TinyShape,
  separation: number,
): TuningRows {
  const random = createRandom(`tiny/${name}`);
  const targets = new Float32Array(photos * classes);
  const values = Float32Array.from({ length: photos * columns }, (_, at) => {
    const label = Math.floor(at / columns) % classes;
    return random.truncatedNormal() + (at % columns === label ? separation : 0);
  });
  for (let photo = 0; photo < photos; photo++) targets[photo * classes + (photo % classes)] = 1;
  return {
    photos,
    views,
    targets,
    read: (chosen, inViews) => {
      const rows = [...chosen].flatMap((photo, row) =>
        [...values.subarray(photo * columns, (photo + 1) * columns)].map(
          (value) => value + 0.1 * inViews[row]!,
        ),
      );
      return Promise.resolve({ activation: floats([chosen.length, columns], rows) });
    },
  };
}

/** The mean log loss and the accuracy of logits, against one-hot targets. */
export function measureTargets(
  logits: Float32Array,
  targets: Float32Array,
  classes: number,
): { logLoss: number; accuracy: number } {
  const rows = targets.length / classes;
  let [logLoss, right] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const own = [...logits.subarray(row * classes, (row + 1) * classes)];
    const label = targets.indexOf(1, row * classes) - row * classes;
    logLoss += Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0)) - own[label]!;
    if (own.every((value) => value <= own[label]!)) right++;
  }
  return { logLoss: logLoss / rows, accuracy: right / rows };
}
