import { RegraftError } from '../errors.ts';
import type { Dataset, Part } from './dataset.ts';
import { readSplitCsv, type SplitRow } from './split-csv.ts';

/**
 * Finds the photos of a data set in a split file: by the hash of their content, or by their path where a row has no hash.
 *
 * @returns part by SHA-256 of the photo
 * @throws RegraftError `INVALID_SPLIT` when no photo is found, or two rows disagree about one; `INVALID_CSV`
 */
export async function knownParts(dataset: Dataset, splitFile: string): Promise<ReadonlyMap<string, Part>> {
  const rows = await readSplitCsv(splitFile);
  const hashes = new Map<string, string>();
  const present = new Set<string>();
  for (const { path, sha256 } of dataset.photos) {
    hashes.set(comparablePath(path), sha256);
    present.add(sha256);
  }
  const found = new Map<string, SplitRow>();
  for (const row of rows) {
    const sha256 = row.sha256 ?? hashes.get(comparablePath(row.path ?? ''));
    if (sha256 === undefined || !present.has(sha256)) continue;
    const earlier = found.get(sha256);
    if (earlier !== undefined && earlier.part !== row.part) throw disagreement(splitFile, earlier, row);
    found.set(sha256, row);
  }
  if (found.size === 0) {
    throw new RegraftError(
      'INVALID_SPLIT',
      `None of the ${rows.length} rows of ${splitFile} fits one of the ${dataset.photos.length} photos in ${dataset.root}.`,
      { hint: 'Give the split.csv of a run on these photos; paths are relative to the folder of photos.' },
    );
  }
  return new Map([...found].map(([sha256, { part }]) => [sha256, part]));
}

/** Paths written by hand may begin with `./`, come from Windows, or have another Unicode form. */
function comparablePath(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .normalize('NFC');
}

function disagreement(splitFile: string, first: SplitRow, second: SplitRow): RegraftError {
  const [a, b] = [first, second].map(
    ({ path, sha256, part, line }) => `${path ?? sha256 ?? ''} in ${part} (line ${line})`,
  );
  return new RegraftError(
    'INVALID_SPLIT',
    `${splitFile} puts the same photo into two parts: ${a ?? ''}, ${b ?? ''}.`,
    {
      hint: 'Give equal photos the same part, so that none is tested on what it was trained on.',
    },
  );
}
