import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RegraftError } from '../errors.ts';
import { checkFolder } from '../model/save.ts';
import { invalidValue, parseOptions, wholeNumber } from '../options.ts';
import { runFileName } from '../runs/read-run.ts';
import { resolveTrainOptions, type ResolvedTrainOptions, type TrainOptions } from './options.ts';

/** Options of `trainRepeats`: those of `train`, where `seed` is the first of the seeds and `out` a folder for all of them. */
export interface TrainRepeatsOptions extends TrainOptions {
  /** How many seeds, 2 to 100. */
  readonly repeats: number;
}

/** Options of repeated trainings that were checked. */
export interface ResolvedRepeats {
  readonly seeds: readonly number[];
  /** Absolute path of the folder for all seeds. */
  readonly out: string;
  /** The options of each training as they were given, beside its seed and folder. */
  readonly given: TrainOptions;
  readonly settings: ResolvedTrainOptions;
}

/**
 * Validates the options, and that the folder for all seeds can be written and holds no model.
 *
 * @throws RegraftError `INVALID_OPTION`, `NOT_WRITABLE`.
 */
export async function resolveRepeats(source: string, options: TrainRepeatsOptions): Promise<ResolvedRepeats> {
  const { repeats, ...given } = parseOptions(z.looseObject({}), options, 'trainRepeats');
  const parsed = wholeNumber(2, 100).safeParse(repeats);
  if (!parsed.success) {
    const hint = 'One training has no spread: for one leave it out.';
    throw invalidValue('a whole number from 2 to 100', 'repeats', repeats, hint);
  }
  const settings = resolveTrainOptions(source, given);
  const out = settings.given.out === null ? settings.out.replace(/-model$/, '-repeats') : settings.out;
  await checkFolder(out);
  await refuseModel(out);
  return {
    seeds: Array.from({ length: parsed.data }, (_, index) => settings.seed + index),
    out,
    given,
    settings,
  };
}

/** A folder with both would not say which of them is meant. */
async function refuseModel(out: string): Promise<void> {
  const found = await stat(join(out, runFileName)).catch(() => undefined);
  if (found === undefined) return;
  throw new RegraftError('INVALID_OPTION', `Expected a folder for repeats at ${out}, but a model is there.`, {
    hint: 'Choose another folder with --out.',
  });
}
