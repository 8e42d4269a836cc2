import { access, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { byteProgress } from '../backbone/source/byte-progress.ts';
import { downloadFile } from '../backbone/source/download-file.ts';
import { withExclusiveFolder } from '../exclusive-folder.ts';
import { extractFiles } from '../backbone/source/extract-file.ts';
import { isOffline } from '../backbone/source/offline.ts';
import { RegraftError } from '../errors.ts';
import {
  countPhotos,
  demoFolder,
  type DemoOptions,
  type ExpectedCounts,
  isComplete,
  offlinePhotosError,
  putPhotoFolder,
} from './photo-folder.ts';

/** The official address of TensorFlow's flower photos: 3670 photos, 5 classes, about 229 MB, each under its own CC-BY licence. */
export const flowersUrl =
  'https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz';

/** A little below the published numbers (633 to 898 a class). */
const expected: ExpectedCounts = { daisy: 500, dandelion: 500, roses: 500, sunflowers: 500, tulips: 500 };

const maxArchiveBytes = 500e6;
const maxUnpackedBytes = 1e9;

/** Options of {@link ensureFlowerPhotos}. */
export interface FlowersOptions extends DemoOptions {
  /** @default {@link flowersUrl} */
  url?: string | undefined;
  /** Pauses before the next attempts. @default [1000, 2000, 4000] */
  retryDelaysMs?: readonly number[] | undefined;
}

/**
 * Gives the folder of the flower photos, fetched on first use; a broken download goes on where it stopped. No hash of the archive
 * is published, so none is pinned: what comes is taken when it is five class folders with thousands of JPEGs.
 *
 * @throws RegraftError `OFFLINE`, `DOWNLOAD_FAILED`, `STORE_BUSY`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function ensureFlowerPhotos(options: FlowersOptions): Promise<string> {
  const { home, onProgress, signal, url = flowersUrl } = options;
  const folder = join(demoFolder(home), 'flower_photos');
  if (await isComplete(folder, expected)) return folder;
  if (isOffline(options.env)) throw offlinePhotosError('The flower photos', folder, url);

  return withExclusiveFolder(demoFolder(home), options, async (temporary) => {
    if (await isComplete(folder, expected)) return folder;
    const start = performance.now();
    onProgress?.({ type: 'start', stage: 'download', text: `Downloading the flower photos from ${url}` });
    const emit = byteProgress(onProgress);
    // Outside the temporary folder, so that a killed process's download goes on.
    const archive = join(demoFolder(home), 'flower_photos.tgz');
    if (!(await exists(archive))) {
      await downloadFile(url, archive, {
        onBytes: emit,
        signal,
        maxBytes: maxArchiveBytes,
        retryDelaysMs: options.retryDelaysMs,
      }).catch((error: unknown) => {
        throw withProxyHint(error, url);
      });
    }
    const fetched = join(temporary, 'flower_photos');
    try {
      await extractFiles(archive, (path) => placeOf(path, fetched), { maxBytes: maxUnpackedBytes, signal });
      await requireFlowers(fetched, url);
    } catch (error) {
      // Kept when the disk is full or the user stops: it need not come again.
      if (error instanceof RegraftError && error.code === 'DOWNLOAD_FAILED') {
        await rm(archive, { force: true });
      }
      throw error;
    }
    await putPhotoFolder(fetched, folder);
    await rm(archive, { force: true });
    const text = `Downloaded the flower photos into ${folder}`;
    onProgress?.({ type: 'done', stage: 'download', text, ms: performance.now() - start });
    return folder;
  });
}

function placeOf(path: string, folder: string): string | undefined {
  if (path === 'flower_photos/LICENSE.txt') return join(folder, 'LICENSE.txt');
  const [, name, file] = /^flower_photos\/([a-z]+)\/([\w-]+\.jpe?g)$/i.exec(path) ?? [];
  return name !== undefined && file !== undefined && name in expected ? join(folder, name, file) : undefined;
}

async function requireFlowers(folder: string, url: string): Promise<void> {
  if (!(await isComplete(folder, expected))) {
    const counts = await countPhotos(folder, expected);
    const list = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    throw notFlowers(url, `expected at least 500 photos in each class, found ${list.join(', ')}`);
  }
  for (const name of Object.keys(expected)) {
    const [first] = await readdir(join(folder, name));
    if (first !== undefined && !(await isJpeg(join(folder, name, first)))) {
      throw notFlowers(url, `${name}/${first} is not a JPEG`);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isJpeg(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0xff && buffer[1] === 0xd8;
  } finally {
    await handle.close();
  }
}

function notFlowers(url: string, reason: string): RegraftError {
  return new RegraftError('DOWNLOAD_FAILED', `${url} did not give the flower photos: ${reason}.`, {
    hint: 'Unpack flower_photos.tgz from another place, and run `regraft train <folder>`.',
  });
}

function withProxyHint(error: unknown, url: string): unknown {
  if (!(error instanceof RegraftError) || error.code !== 'DOWNLOAD_FAILED') return error;
  return new RegraftError(error.code, error.message, {
    hint: `${error.hint ?? ''} This download uses no proxy: behind one, fetch ${url} with a browser, unpack it and run \`regraft train <folder>\`.`.trim(),
    cause: error.cause,
  });
}
