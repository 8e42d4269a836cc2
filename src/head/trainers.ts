import { RegraftError } from '../errors.ts';
import { parseOptions } from '../options.ts';
import type { FittedHead, HeadInput, HeadTrainer } from './head.ts';
import { logistic } from './logistic.ts';
import { centroid } from './centroid.ts';
import { mlp } from './mlp.ts';
import { retrain } from './retrain.ts';
import { ridge } from './ridge.ts';

// Another head is one file and its name here; the contract suite runs over all.
const table = { logistic, ridge, centroid, mlp, retrain };

/** The name of a head. */
export type HeadType = keyof typeof table;

/** Every head that can be trained. */
export const trainers: Readonly<Record<HeadType, HeadTrainer>> = table;

/** The names of all heads. */
export const headTypes = Object.keys(table) as readonly HeadType[];

/** The heads that `auto` chooses from; the last is the one that is left where data are many. */
const autoTypes: readonly HeadType[] = ['ridge', 'logistic'];

/** What may be asked for as a head: one of them, or the best of a few. The first is the default. */
export const headNames = ['auto', ...headTypes] as const;

/** One of {@link headNames}. */
export type HeadName = (typeof headNames)[number];

/** The heads that also learn from several labels a photo. */
export const multiLabelHeads: readonly HeadType[] = ['logistic'];

/** A trainer with options that it accepts. */
export interface ResolvedHead {
  readonly type: HeadType;
  /** Trains the head: see {@link HeadTrainer.fit}. */
  readonly fit: (input: HeadInput) => Promise<FittedHead>;
}

/**
 * Finds a trainer and completes its options.
 *
 * @throws RegraftError `INVALID_OPTION` for an unknown head, an unknown option or a value that is not allowed.
 */
export function resolveHead(type: string, options: Readonly<Record<string, unknown>> = {}): ResolvedHead {
  const known = headTypes.find((name) => name === type);
  if (known === undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected ${quotedList(headTypes)} for head but received ${formatValue(type)}.`,
    );
  }
  const trainer = trainers[known];
  const parsed = parseOptions(trainer.options, options, `The ${known} head`);
  return { type: known, fit: (input) => trainer.fit(input, parsed) };
}

/** The options that `auto` takes: its heads know them all. */
const autoOptions: readonly string[] = ['classWeights'];

/**
 * Finds the heads to choose from: the one that is named, or those of `auto`.
 *
 * @throws RegraftError `INVALID_OPTION` as {@link resolveHead} does.
 */
export function resolveHeads(
  name: HeadName,
  options: Readonly<Record<string, unknown>> = {},
): ResolvedHead[] {
  if (name !== 'auto') return [resolveHead(name, options)];
  const option = Object.keys(options).find((key) => !autoOptions.includes(key));
  if (option === undefined) return autoTypes.map((type) => resolveHead(type, options));
  throw new RegraftError('INVALID_OPTION', `Expected no head option ${option} with the head auto.`, {
    hint: `Name the head that it is for: ${headTypes.join(', ')}.`,
  });
}

/** Finds the quick head that chooses taps for heads with some options: {@link chooseHead}. */
export function resolveScout({ classWeights }: Readonly<Record<string, unknown>> = {}): ResolvedHead {
  return resolveHead('ridge', classWeights === undefined ? {} : { classWeights });
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(' or ');
}

function formatValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
