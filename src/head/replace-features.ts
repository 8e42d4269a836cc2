import type { LabelledRows } from './head.ts';

/** Gives rows other features, `[rows, columns]` in memory, such as coordinates made of their own. */
export function replaceFeatures(rows: LabelledRows, values: Float32Array, columns: number): LabelledRows {
  const count = rows.labels.length;
  return {
    labels: rows.labels,
    identities: rows.identities,
    ...(rows.targets === undefined ? {} : { targets: rows.targets }),
    features: {
      rows: count,
      columns,
      chunkRows: Math.max(1, count),
      inMemory: true,
      chunk: () => Promise.resolve(values),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
}
