// photos → for each seed train.ts, unless that is done → mean and spread → repeats.json
//          training/                                      runs/

import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import { RegraftError, throwIfCancelled } from './errors.ts';
import { withExclusiveFolder } from './exclusive-folder.ts';
import { repeatsFileName } from './runs/read-repeats.ts';
import { readRun } from './runs/read-run.ts';
import type { RepeatsRecord } from './runs/repeats-record.ts';
import { train } from './train.ts';
import { checkpointFolder } from './training/checkpoint-of.ts';
import { checkUsedPhotos } from './training/check-used-photos.ts';
import { type FinishedSeed, findFinishedSeeds, seedFolder } from './training/finished-seeds.ts';
import { hashRun } from './training/hash-run.ts';
import type { TrainOptions } from './training/options.ts';
import { quietProgress } from './training/quiet-progress.ts';
import { recordRepeats } from './training/record-repeats.ts';
import { type ResolvedRepeats, resolveRepeats, type TrainRepeatsOptions } from './training/repeat-options.ts';
import { findBasis, type RepeatsBasis } from './training/repeats-basis.ts';
import { startStages } from './training/stages.ts';

/** What {@link trainRepeats} gives. */
export interface TrainRepeatsResult {
  /** The content of `repeats.json`. */
  readonly repeats: RepeatsRecord;
  /** Absolute path of the folder with `repeats.json` and a model folder `seed-<n>` for each seed. */
  readonly folder: string;
}

/**
 * Trains with several seeds, each of which splits the photos in another way, and gives mean and spread of the figures. Features are
 * computed once. What an earlier call has finished with the same options, photos, network and versions is taken as it is, so that an
 * interrupted call goes on where it stopped.
 *
 * @throws RegraftError As `train` does; `RUNS_DIFFER` when the photos change meanwhile.
 */
export async function trainRepeats(
  source: string,
  options: TrainRepeatsOptions,
): Promise<TrainRepeatsResult> {
  const resolved = await resolveRepeats(source, options);
  const { out: folder, given, settings } = resolved;
  const { onProgress, signal } = settings;
  const basis = await findBasis(given, settings, startStages(onProgress, signal));
  try {
    const exclusive = { onProgress, signal, stage: 'repeat' } as const;
    const repeats = await withExclusiveFolder(folder, exclusive, () => trainSeeds(source, resolved, basis));
    return { repeats, folder };
  } catch (error) {
    // Only a folder that nothing was written to can be removed like this.
    await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

async function trainSeeds(
  source: string,
  { seeds, out, given, settings: { onProgress, signal } }: ResolvedRepeats,
  basis: RepeatsBasis,
): Promise<RepeatsRecord> {
  const finished = await findFinishedSeeds(out, basis.fingerprint, seeds);
  const quiet = quietProgress(onProgress, basis.dataset.notices);
  const save = async (): Promise<RepeatsRecord> => {
    const inOrder = seeds.flatMap((seed) => finished.get(seed) ?? []);
    const record = recordRepeats(seeds.length, basis, inOrder);
    await writeFileAtomic(join(out, repeatsFileName), `${JSON.stringify(record, null, 2)}\n`);
    return record;
  };
  let latest: RepeatsRecord | undefined;
  for (const seed of seeds) {
    throwIfCancelled(signal);
    const start = performance.now();
    onProgress?.({ type: 'start', stage: 'repeat', text: `Seed ${seed}` });
    const kept = finished.get(seed);
    const current = kept ?? (await trainSeed(source, { ...given, seed, out, onProgress: quiet }, basis));
    if (kept === undefined) {
      finished.set(seed, current);
      // After each, so that none is lost when the next is interrupted.
      latest = await save();
    }
    const text = `${describeSeed(current)}${kept === undefined ? '' : ', trained before'}`;
    onProgress?.({ type: 'done', stage: 'repeat', text, ms: performance.now() - start });
  }
  return latest ?? (await save());
}

async function trainSeed(
  source: string,
  options: TrainOptions & { readonly seed: number; readonly out: string },
  { dataset }: RepeatsBasis,
): Promise<FinishedSeed> {
  const out = join(options.out, seedFolder(options.seed));
  // Only the seed that was broken off has something to go on from.
  const resume = options.resume === true ? existsSync(checkpointFolder(out)) : undefined;
  const { folder } = await train(source, { ...options, out, resume });
  const run = await readRun(folder);
  await checkUsedPhotos(dataset, run);
  const sha256 = await hashRun(folder);
  if (sha256 !== undefined) return { run, sha256 };
  throw new RegraftError(
    'RUN_INVALID',
    `Expected the files of a finished training in ${folder}, but one is gone.`,
    {
      hint: 'Run the same command again, and let nothing else write there meanwhile.',
    },
  );
}

function describeSeed({ run: { record } }: FinishedSeed): string {
  const { validation, test } = record.metrics;
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
  const chosen = validation.accuracy === null ? '' : `, validation ${percent(validation.accuracy)}`;
  return `Seed ${record.split.seed}: test ${percent(test.accuracy)}${chosen}`;
}
