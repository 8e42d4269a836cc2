import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import type { FinishedRun } from '../runs/finished-run.ts';
import { readRecord } from '../runs/read-record.ts';
import { repeatsFileName } from '../runs/read-repeats.ts';
import { readRun } from '../runs/read-run.ts';
import { type RepeatsRecord, repeatsRecordSchema } from '../runs/repeats-record.ts';
import { hashRun } from './hash-run.ts';

/** A seed's training, whole and read back. */
export interface FinishedSeed {
  readonly run: FinishedRun;
  /** As {@link hashRun} gives it. */
  readonly sha256: string;
}

/** The name of a seed's folder. */
export function seedFolder(seed: number): string {
  return `seed-${seed}`;
}

/**
 * Finds the seeds that an earlier call has finished in a folder: those whose training had the same fingerprint and whose files are to the
 * byte what it wrote. Whatever cannot be proven to be the same is left out, and trained again.
 */
export async function findFinishedSeeds(
  out: string,
  fingerprint: string,
  seeds: readonly number[],
): Promise<Map<number, FinishedSeed>> {
  const finished = new Map<number, FinishedSeed>();
  const earlier = await findRepeats(out);
  if (earlier?.fingerprint !== fingerprint) return finished;
  for (const { seed, folder, sha256 } of earlier.runs) {
    if (!seeds.includes(seed) || folder !== seedFolder(seed)) continue;
    const place = join(out, folder);
    if ((await hashRun(place)) !== sha256) continue;
    finished.set(seed, { run: await readRun(place), sha256 });
  }
  return finished;
}

async function findRepeats(out: string): Promise<RepeatsRecord | undefined> {
  try {
    return await readRecord(join(out, repeatsFileName), repeatsRecordSchema, 'the record of repeats');
  } catch (error) {
    if (error instanceof RegraftError) return undefined;
    throw error;
  }
}
