import { RegraftError } from '../errors.ts';
import type { ResolvedTrainOptions, TrainOptions } from './options.ts';

/** What only counts when a network is fine-tuned. */
const tuningKeys = [
  'tuning',
  'tuningViews',
  'resume',
  'fromScratch',
  'diskLimit',
  'memoryLimit',
  'timeLimit',
] as const satisfies (keyof TrainOptions)[];

/**
 * Refuses options of fine-tuning where nothing is fine-tuned, and fine-tuning where there is no network.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function checkTuning(
  { fineTune, bottlenecks }: Pick<ResolvedTrainOptions, 'fineTune' | 'bottlenecks'>,
  given: TrainOptions,
): void {
  if (fineTune !== undefined) {
    if (!bottlenecks) return;
    throw new RegraftError('INVALID_OPTION', 'Expected no fineTune with bottlenecks but received one.', {
      hint: 'Bottleneck files hold no network: leave it out, or train on the photos.',
    });
  }
  const option = tuningKeys.find((key) => given[key] !== undefined && given[key] !== false);
  if (option === undefined) return;
  throw new RegraftError('INVALID_OPTION', `Expected fineTune with ${option} but received none.`, {
    hint: 'Say what is fine-tuned: a block of the network, a number of blocks or "all" (--fine-tune 3); or leave it out.',
  });
}
