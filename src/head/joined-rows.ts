import type { HoldOut } from './choose-l2.ts';
import { type ClassWeights, weighRows } from './class-weights.ts';
import type { Folds } from './folds.ts';
import type { HeadInput, LabelledFeatures, LabelledRows } from './head.ts';
import { compareHashes, hashText } from './random.ts';

// 128 MiB of out-of-fold scores: a thousand classes and more than thirty thousand photos.
const mostScores = 2 ** 25;

/** All rows of a head's input, part after part, and what each is for. */
export interface JoinedRows {
  /** The rows to learn from of training and validation, then those to judge by where they are others. */
  readonly parts: readonly LabelledRows[];
  /** `[rows]` */
  readonly labels: Int32Array;
  /** `[rows]` */
  readonly identities: readonly string[];
  /** The weight of each row to learn from, 0 for the others, `[rows]`. */
  readonly learn: Float32Array;
  /** The rows to learn from; they come first. */
  readonly learnCount: number;
  /** The rows to judge by, ascending: of training, then of validation. */
  readonly judge: readonly number[];
  /** Holds out the validation part. */
  readonly validation: HoldOut;
}

/** Joins the rows of training and validation. */
export function joinRows(
  { training, validation }: Pick<HeadInput, 'training' | 'validation'>,
  classWeights: ClassWeights = 'none',
): JoinedRows {
  const learned = [learnRows(training), learnRows(validation)] as const;
  const separate = training.learn !== undefined || validation.learn !== undefined;
  const parts: LabelledRows[] = separate ? [...learned, training, validation] : [...learned];
  const counts = parts.map(({ labels }) => labels.length);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const learnCount = learned[0].labels.length + learned[1].labels.length;
  const judge = range(separate ? learnCount : 0, rows);
  const labels = Int32Array.from(parts.flatMap((part) => [...part.labels]));
  const learn = weighRows(labels, learnCount, classWeights);
  return {
    parts,
    labels,
    identities: parts.flatMap(({ identities }) => identities),
    learn,
    learnCount,
    judge,
    validation: {
      rowWeights: learn.slice().fill(0, learned[0].labels.length),
      rows: validation.labels.length === 0 ? [] : judge.slice(-validation.labels.length),
    },
  };
}

/**
 * Makes each fold a hold-out: its photos are learned from in no view, and judged. Of more rows to judge than there is memory for the
 * scores of, some are drawn.
 */
export function holdOutFolds(
  { learn, judge, identities }: JoinedRows,
  { count, ofRow }: Folds,
  classes: number,
): HoldOut[] {
  const judged = drawRows(
    judge.filter((row) => (ofRow[row] ?? -1) >= 0),
    identities,
    Math.floor(mostScores / classes),
  );
  return Array.from({ length: count }, (_, fold) => ({
    rowWeights: learn.map((weight, row) => (ofRow[row] === fold ? 0 : weight)),
    rows: judged.filter((row) => ofRow[row] === fold),
  }));
}

function drawRows(rows: readonly number[], identities: readonly string[], most: number): readonly number[] {
  if (rows.length <= most) return rows;
  return rows
    .map((row) => ({
      row,
      identity: identities[row] ?? '',
      hash: hashText(`judged/${identities[row] ?? ''}`),
    }))
    .sort(compareHashes)
    .slice(0, most)
    .map(({ row }) => row)
    .sort((a, b) => a - b);
}

/** The rows to learn from of a part. */
export function learnRows(part: LabelledFeatures): LabelledRows {
  return part.learn ?? part;
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
