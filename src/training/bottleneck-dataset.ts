import { posix } from 'node:path';
import { untangleCopies } from '../dataset/copies.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { BottleneckFolder } from '../dataset/scan-bottlenecks.ts';
import { type BottleneckFile, type BottleneckRows, photoNameOf } from '../features/retrain-text.ts';

/** Bottleneck files as a dataset, with their rows in the order of its photos. */
export interface BottleneckDataset {
  readonly dataset: Dataset;
  readonly rows: BottleneckRows;
}

/** Makes a dataset of bottleneck files that were read; a file that lies in two classes is left out, as such photos are. */
export function makeBottleneckDataset(
  root: string,
  { name, classes }: BottleneckFolder,
  read: BottleneckRows,
): BottleneckDataset {
  const files = nameByPhotos(read.files);
  const untangled = untangleCopies(
    files.map(({ path, label }, row) => ({
      path,
      label: classes[label] ?? '',
      sha256: read.identities[row] ?? '',
      row,
    })),
  );
  const kept = untangled.photos.map(({ row }) => row).sort((a, b) => a - b);
  const rows = kept.length === files.length ? read : pickRows(read, kept);
  return {
    rows,
    dataset: {
      root,
      name,
      task: 'single-label',
      classes,
      photos: kept.flatMap((row) => {
        const file = files[row];
        return file === undefined ? [] : [{ ...file, sha256: read.identities[row] ?? '' }];
      }),
      skipped: [...read.skipped, ...untangled.skipped],
      notices: untangled.notices,
    },
  };
}

function pickRows(read: BottleneckRows, kept: readonly number[]): BottleneckRows {
  const { columns } = read;
  const values = new Float32Array(kept.length * columns);
  kept.forEach((row, index) =>
    values.set(read.values.subarray(row * columns, (row + 1) * columns), index * columns),
  );
  return {
    ...read,
    identities: kept.map((row) => read.identities[row] ?? ''),
    files: kept.flatMap((row) => read.files[row] ?? []),
    values,
  };
}

/** Calls text files as their photos, so that results and split files speak of photos; where two would share a name, both keep their own. */
function nameByPhotos(files: readonly BottleneckFile[]): BottleneckFile[] {
  const names = files.map(({ path }) => `${posix.dirname(path)}/${photoNameOf(posix.basename(path))}`);
  const uses = new Map<string, number>();
  for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  return files.map((file, index) => {
    const name = names[index] ?? file.path;
    return uses.get(name) === 1 ? { ...file, path: name } : file;
  });
}
