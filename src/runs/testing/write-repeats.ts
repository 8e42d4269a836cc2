import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun } from '../read-run.ts';
import type { RepeatsRecord } from '../repeats-record.ts';
import { summariseRepeats } from '../summarise-repeats.ts';
import { type DrawnRun, writeRun } from './write-run.ts';

/** Writes a folder as `train --repeats` leaves it. */
export async function writeRepeats(
  folder: string,
  seeds: readonly (DrawnRun & { readonly seed: number })[],
): Promise<string> {
  const runs = [];
  for (const drawn of seeds) {
    runs.push(await readRun(await writeRun(join(folder, `seed-${drawn.seed}`), drawn)));
  }
  const record: RepeatsRecord = {
    schemaVersion: 1,
    repeats: seeds.length,
    dataset: { name: 'trees', classes: ['ash', 'birch'], photos: 100 },
    runs: runs.map(({ record: { split, metrics, head, backbone, timings } }) => ({
      seed: split.seed,
      folder: `seed-${split.seed}`,
      training: split.training,
      validation: split.validation,
      test: split.test,
      accuracy: metrics.test.accuracy,
      logLoss: metrics.test.logLoss,
      ece: metrics.test.ece,
      validationAccuracy: metrics.validation.accuracy,
      head: head.type,
      taps: backbone.taps,
      headMs: timings.headMs,
      sha256: 'a'.repeat(64),
    })),
    summary: summariseRepeats(runs),
    notices: [],
    fingerprint: 'b'.repeat(64),
    versions: { regraft: '0.1.0', node: '20.19.0', onnxruntime: '1.16.3', platform: 'linux x64' },
    finishedAt: '2025-01-01T00:00:00.000Z',
  };
  await writeFile(join(folder, 'repeats.json'), JSON.stringify(record));
  return folder;
}
