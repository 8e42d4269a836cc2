import { throwIfCancelled } from '../errors.ts';
import type { SkippedPhoto } from './dataset.ts';
import type { HashIndex } from './hash-index.ts';
import type { Candidate } from './photo-source.ts';
import { hashPhoto, readBufferSize, statPhoto } from './read-photo.ts';

/** A candidate that is a photo, with the hash of its bytes. */
export interface HashedPhoto extends Candidate {
  readonly sha256: string;
}

interface HashOptions {
  readonly index: HashIndex;
  /** Takes the files that are no photos. */
  readonly skipped: SkippedPhoto[];
  /** Called after each file, photo or not. */
  readonly onFile: () => void;
  readonly signal?: AbortSignal | undefined;
}

const concurrency = 8;
const saveIntervalMs = 15_000;

/**
 * Hashes the photos among the candidates, eight at a time; those that the index knows are not read. The photos come in
 * no particular order. When it ends early the index is saved all the same, so that the next scan goes on from there.
 *
 * @throws RegraftError `CANCELLED`, and what the candidates throw
 */
export async function hashPhotos(
  candidates: AsyncIterable<Candidate>,
  options: HashOptions,
): Promise<HashedPhoto[]> {
  const { index, skipped, onFile, signal } = options;
  const iterator = candidates[Symbol.asyncIterator]();
  const photos: HashedPhoto[] = [];
  let failed = false;
  let savedAt = performance.now();

  const work = async (): Promise<void> => {
    const buffer = new Uint8Array(readBufferSize);
    for (;;) {
      const next = await iterator.next();
      if (next.done === true || failed) return;
      throwIfCancelled(signal);
      const candidate = next.value;
      const hash = await hashCandidate(candidate, buffer, index, signal);
      if (typeof hash === 'string') photos.push({ ...candidate, sha256: hash });
      else skipped.push({ path: candidate.path, ...hash });
      onFile();
      if (performance.now() - savedAt > saveIntervalMs) {
        savedAt = Infinity;
        await index.save('interrupted');
        savedAt = performance.now();
      }
    }
  };
  const workers = Array.from({ length: concurrency }, () =>
    work().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(workers);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  await index.save(failure === undefined ? 'complete' : 'interrupted');
  if (failure !== undefined) {
    await iterator.return?.();
    throw failure.reason;
  }
  return photos;
}

async function hashCandidate(
  { path, file }: Candidate,
  buffer: Uint8Array,
  index: HashIndex,
  signal: AbortSignal | undefined,
): ReturnType<typeof hashPhoto> {
  const stamp = await statPhoto(file);
  if ('code' in stamp) return stamp;
  const known = index.find(path, stamp);
  if (known !== undefined) return known;
  const hash = await hashPhoto(file, buffer, signal);
  if (typeof hash !== 'string') return hash;
  // A file that changes while it is read gets no entry, so that the next scan reads it again.
  const after = await statPhoto(file);
  const unchanged = !('code' in after) && after.mtimeMs === stamp.mtimeMs && after.ctimeMs === stamp.ctimeMs;
  if (unchanged) index.add(path, stamp, hash);
  return hash;
}
