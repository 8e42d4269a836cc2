import { RegraftError } from '../../errors.ts';
import type { PixelScaling } from '../../shared/preprocess.ts';
import { findStoredFile } from './appended-files.ts';
import { type FlatTable, openFlatBuffer } from './flat-table.ts';

/** What TensorFlow Lite's model metadata says of an image classifier. */
export interface TfliteMetadata {
  readonly scaling?: PixelScaling;
  readonly labels?: readonly string[];
}

// Numbers from tensorflow_lite_support/metadata/metadata_schema.fbs.
const normalizationOptions = 1;
const tensorAxisLabels = 2;

/**
 * Reads the metadata of a TensorFlow Lite file (tensorflow.org/lite/models/convert/metadata): how its input's pixels are scaled, and the
 * names of its first output's classes, which lie in a ZIP archive at the file's end.
 *
 * @param block - The file's buffer `TFLITE_METADATA`.
 * @param bytes - The whole file.
 * @param classes - Length of the first output; labels of another length are left out, as they are not its own.
 * @throws RegraftError `BACKBONE_INVALID` when the block is damaged or the scaling is none.
 */
export function readMetadata(
  block: Uint8Array,
  bytes: Uint8Array,
  classes: number | undefined,
  source: string,
): TfliteMetadata {
  const root = openFlatBuffer(block, 'M001', source, 'TensorFlow Lite metadata');
  const [graph] = root.tables(2);
  const scaling = graph?.tables(2)[0] && readScaling(graph.tables(2)[0], source);
  const labels = readLabels(graph?.tables(3)[0], bytes);
  return {
    ...(scaling === undefined ? {} : { scaling }),
    ...(labels === undefined || labels.length !== classes ? {} : { labels }),
  };
}

function readScaling(input: FlatTable | undefined, source: string): PixelScaling | undefined {
  const unit = input
    ?.tables(4)
    .find((candidate) => candidate.byte(0, 0) === normalizationOptions)
    ?.table(1);
  if (unit === undefined) return undefined;
  const [mean, std] = [perChannel(unit.floats(0)), perChannel(unit.floats(1))];
  if (mean === undefined || std === undefined || std.includes(0)) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected one or three means and deviations in the metadata's field NormalizationOptions of ${source} but found [${unit.floats(0).join(', ')}] and [${unit.floats(1).join(', ')}].`,
      { hint: 'The file may be damaged: fetch it again.' },
    );
  }
  return { order: 'RGB', mean, std };
}

function perChannel(values: readonly number[]): readonly [number, number, number] | undefined {
  const [red, green = red, blue = green] = values;
  const all = [red, green, blue];
  if (values.length === 2 || values.length > 3 || !all.every(Number.isFinite)) return undefined;
  return all as [number, number, number];
}

function readLabels(output: FlatTable | undefined, bytes: Uint8Array): readonly string[] | undefined {
  const file = output?.tables(6).find((candidate) => candidate.byte(2, 0) === tensorAxisLabels);
  const content = file && findStoredFile(bytes, file.text(0));
  if (content === undefined) return undefined;
  const lines = new TextDecoder().decode(content).split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
