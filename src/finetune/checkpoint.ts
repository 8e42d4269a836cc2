import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import { readCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { keyDifferences } from './key-differences.ts';
import { stateVectors, type TuningPosition, type TuningState } from './tuning-state.ts';

/** Where a fine-tuning keeps how far it is. */
export interface CheckpointOptions {
  /** A folder of its own, absolute; made where it is missing. */
  readonly folder: string;
  /** JSON text of an object that names all that the training depends on: photos, network, options. */
  readonly key: string;
  /** Goes on from the folder's checkpoint instead of starting anew. */
  readonly resume: boolean;
  /** Time between two checkpoints within an epoch, ms. @default 30000 */
  readonly everyMs?: number;
}

/** Keeps the state of a fine-tuning on the disk. */
export interface Checkpoint {
  /** Starts to write the state once `everyMs` have passed since it was written last. */
  saveWhenDue(state: TuningState): void;
  /** Starts to write the state; its vectors must not change before {@link Checkpoint.saved}. */
  save(state: TuningState): void;
  /** Waits until nothing is being written. */
  saved(): Promise<void>;
}

/** The file that a folder's checkpoint is kept in. */
export function checkpointPath(folder: string): string {
  return join(folder, 'fine-tuning.checkpoint');
}

/** Removes a folder's checkpoint, and what a killed process left of one. */
export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(checkpointPath(folder), { force: true });
  await removeTemporaries(folder);
}

/**
 * Brings a state to where a checkpoint of the same training left it.
 *
 * @param loop The loop's own settings, a JSON text of an object: they are compared where the keys are equal.
 * @returns What to tell the user: nothing after a resume that went as asked.
 * @throws RegraftError `CHECKPOINT_MISMATCH` when it is of another training, naming what differs.
 */
export async function restoreCheckpoint(
  { folder, key }: CheckpointOptions,
  loop: string,
  state: TuningState,
): Promise<string | undefined> {
  const path = checkpointPath(folder);
  const found = await readCheckpointFile(path);
  if (found === 'missing') return `There is no checkpoint in ${folder}: fine-tuning starts anew.`;
  if (found === 'damaged') {
    return `The checkpoint ${path} is damaged or cannot be read: fine-tuning starts anew.`;
  }
  const header = found.header as Header;
  const ofKey = keyDifferences(header.key, key);
  const differences = ofKey.length > 0 ? ofKey : keyDifferences(header.loop, loop);
  if (differences.length > 0) {
    throw new RegraftError(
      'CHECKPOINT_MISMATCH',
      `Expected a checkpoint of the same training in ${path} but found one with other ${differences.join(', ')}.`,
      { hint: 'Give the photos and options of that training again, or start anew without --resume.' },
    );
  }
  state.position = header.position;
  for (const [name, vector] of Object.entries(stateVectors(state))) vector.set(found.vectors[name]!);
  return undefined;
}

/**
 * Opens the writing of checkpoints. A failure to write one does not end the training: it is told once.
 *
 * @param onFailure Takes its message.
 */
export async function openCheckpoint(
  { folder, key, everyMs = 30_000 }: CheckpointOptions,
  loop: string,
  onFailure: (message: string) => void,
): Promise<Checkpoint> {
  await removeTemporaries(folder);
  let lastAt = performance.now();
  let writing = Promise.resolve();
  let hasFailed = false;
  const save = (state: TuningState): void => {
    lastAt = performance.now();
    // The position goes on while the vectors are written.
    const header: Header = { key, loop, position: structuredClone(state.position) };
    writing = writing
      .then(() => writeCheckpointFile(checkpointPath(folder), { header, vectors: stateVectors(state) }))
      .catch((error: unknown) => {
        if (!(error instanceof RegraftError)) throw error;
        if (!hasFailed) onFailure(error.message);
        hasFailed = true;
      });
    // A defect is thrown when it is waited for.
    writing.catch(() => undefined);
  };
  return {
    save,
    saveWhenDue(state) {
      if (performance.now() - lastAt >= everyMs) save(state);
    },
    saved: () => writing,
  };
}

interface Header {
  readonly key: string;
  readonly loop: string;
  readonly position: TuningPosition;
}

async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => /^\.[0-9a-f-]{36}\.tmp$/.test(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
