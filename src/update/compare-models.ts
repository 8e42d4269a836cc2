import { comparePaired } from '../evaluate/compare-paired.ts';
import { judge } from '../runs/judge.ts';
import type { Verdict } from '../runs/comparison.ts';
import { sameNames } from './join-added.ts';
import { planLabels } from './make-dataset.ts';
import type { ClassPlan } from './plan-classes.ts';
import type { TestedLabels } from './tested-photo.ts';

/** Photos, and how many of them a model has right. */
export interface RightOf {
  readonly photos: number;
  readonly right: number;
}

/** How an updated model differs from the one before on the same test photos; accuracies are fractions. */
export interface UpdateComparison {
  /** Photos that both models were tested on, of classes that both know. */
  readonly photos: number;
  readonly before: { readonly right: number; readonly accuracy: number };
  readonly after: { readonly right: number; readonly accuracy: number };
  /** Accuracy after minus accuracy before. */
  readonly difference: number;
  /** 95 %, by the paired bootstrap over photos; null where it cannot be known. */
  readonly interval95: readonly [number, number] | null;
  /** Photos that only the one before, and only the updated model, has right. */
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  /** By McNemar's exact test. */
  readonly pValue: number;
  readonly verdict: Verdict;
  /** The verdict in plain words. */
  readonly sentence: string;
  /** Of each class that both know: its photos among these, and those whose class each model finds. */
  readonly perClass: readonly {
    readonly label: string;
    readonly photos: number;
    readonly before: number;
    readonly after: number;
  }[];
}

/** What the tests before and after an update say. */
export interface UpdateTests {
  /** Null when no photo was tested before and after. */
  readonly same: UpdateComparison | null;
  /** Test photos that the model before was not tested on, by the updated model. */
  readonly others: RightOf;
  /** Classes that the model before did not know, by the updated model. */
  readonly newClasses: readonly (RightOf & { readonly label: string })[];
}

/**
 * Compares an updated model with the one before on the photos that were tested both times. Labels are those after the update, the answers
 * of the model before are read with the new names of its classes; a class that was removed is no right answer to any photo. With several
 * labels a photo is right when all of them are.
 *
 * @param plan - What became of the classes that the model before knew.
 */
export function compareModels(
  before: readonly TestedLabels[],
  after: readonly TestedLabels[],
  plan: ClassPlan,
): UpdateTests {
  const known = new Set([...plan.values()].flatMap((name) => name ?? []));
  const isKnown = (name: string): boolean => known.has(name);
  const former = new Map(before.map((photo) => [photo.key, photo]));
  const rows = after.flatMap(({ key, labels, predicted }) => {
    const earlier = former.get(key);
    const truth = labels.filter(isKnown);
    // Of a photo of new classes alone the model before can say nothing.
    if (earlier === undefined || (truth.length === 0 && labels.length > 0)) return [];
    const answer = planLabels(earlier.predicted, plan);
    // Where a photo has one label, a new class is a wrong answer; where it has several, it is another question.
    const now = labels.length === truth.length ? predicted : predicted.filter(isKnown);
    return [{ truth, before: answer, after: now }];
  });
  const counted = new Set(after.filter(({ key }) => former.has(key)).map(({ key }) => key));
  return {
    same: rows.length === 0 ? null : compareRows(rows),
    others: countRight(after.filter(({ key }) => !counted.has(key))),
    newClasses: [...new Set(after.flatMap(({ labels }) => labels.filter((name) => !isKnown(name))))].map(
      (label) => {
        const own = after.filter(({ labels }) => labels.includes(label));
        const right = own.filter(({ predicted }) => predicted.includes(label));
        return { label, photos: own.length, right: right.length };
      },
    ),
  };
}

interface Row {
  readonly truth: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

function compareRows(rows: readonly Row[]): UpdateComparison {
  const rightBefore = rows.map(({ truth, before }) => sameNames(truth, before));
  const rightAfter = rows.map(({ truth, after }) => sameNames(truth, after));
  const { difference, interval95, onlyA, onlyB, pValue } = comparePaired(rightBefore, rightAfter);
  const { verdict, sentence } = judge({
    first: 'the one before',
    name: 'the updated model',
    accuracy: difference,
    onlyFirst: onlyA,
    onlyThis: onlyB,
    adjustedPValue: pValue,
    basis: rows.length === 1 ? '1 photo' : `${rows.length.toLocaleString('en')} photos`,
  });
  const measure = (right: readonly boolean[]): { right: number; accuracy: number } => {
    const count = right.filter(Boolean).length;
    return { right: count, accuracy: count / rows.length };
  };
  return {
    photos: rows.length,
    before: measure(rightBefore),
    after: measure(rightAfter),
    difference,
    interval95,
    onlyBefore: onlyA,
    onlyAfter: onlyB,
    pValue,
    verdict,
    sentence: sentence.charAt(0).toUpperCase() + sentence.slice(1),
    perClass: [...new Set(rows.flatMap(({ truth }) => truth))].map((label) => {
      const own = rows.filter(({ truth }) => truth.includes(label));
      const found = (which: 'before' | 'after'): number =>
        own.filter((row) => row[which].includes(label)).length;
      return { label, photos: own.length, before: found('before'), after: found('after') };
    }),
  };
}

function countRight(tested: readonly TestedLabels[]): RightOf {
  return {
    photos: tested.length,
    right: tested.filter(({ labels, predicted }) => sameNames(labels, predicted)).length,
  };
}
