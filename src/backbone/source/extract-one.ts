import { extractArchive } from './extract-archive.ts';
import type { ExtractOptions } from './extract-file.ts';

/**
 * Unpacks the one file of an archive with a given path inside it. Gives false when the archive has none; of two of that name the
 * first counts.
 *
 * @throws RegraftError as {@link extractArchive} does.
 */
export async function extractOne(
  archive: string,
  path: string,
  destination: string,
  options: ExtractOptions,
): Promise<boolean> {
  let found = false;
  await extractArchive(
    archive,
    (candidate) => {
      if (found || candidate.replace(/^(\.\/)+/, '') !== path) return undefined;
      found = true;
      return destination;
    },
    options,
  );
  return found;
}
