import { RegraftError } from '../errors.ts';
import { type ModelMetadata, parseMetadata } from '../model/metadata.ts';
import { probabilitiesOutput, unknownOutput } from '../model/output-names.ts';
import { photoFitOf } from '../model/photo-fit.ts';
import { readHeader } from '../onnx/read-header.ts';
import type { PhotoFit } from '../shared/preprocess.ts';
import { checkSeal } from './check-seal.ts';

/** What the browser needs to know of a model file. */
export interface WebModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly metadata: ModelMetadata;
  /** How a photo becomes the graph's input. */
  readonly fit: PhotoFit;
  /** The name of the graph's input. */
  readonly input: string;
  /** True when it computes with whole numbers of 8 bits. */
  readonly isQuantized: boolean;
}

/**
 * Reads what a model file says of itself.
 *
 * @param source - Its address, for errors.
 * @throws RegraftError `MODEL_INVALID`, or `NOT_A_CLASSIFIER` for a head alone.
 */
export async function readModel(bytes: Uint8Array<ArrayBuffer>, source: string): Promise<WebModel> {
  const { metadata: pairs, inputs, outputs, operators } = readHeader(bytes, source);
  await checkSeal(bytes, source);
  const metadata = parseMetadata(pairs, source);
  const { labels, preprocess, unknown } = metadata;
  const [input] = inputs;
  if (
    input === undefined ||
    inputs.length !== 1 ||
    outputs[0]?.name !== probabilitiesOutput ||
    outputs[0].dims[1] !== labels.length ||
    (unknown !== null && outputs[1]?.name !== unknownOutput)
  ) {
    throw new RegraftError(
      'MODEL_INVALID',
      `The graph of ${source} does not fit its ${labels.length} labels.`,
      {
        hint: 'Copy the file again, or train it again.',
      },
    );
  }
  if (preprocess === null) {
    throw new RegraftError(
      'NOT_A_CLASSIFIER',
      `${source} holds only a head: it takes features, not photos.`,
      {
        hint: 'Train on the photos themselves to get a classifier: regraft train <folder of photos>.',
      },
    );
  }
  const isQuantized = operators.has('QuantizeLinear') || operators.has('QLinearConv');
  return { bytes, metadata, fit: photoFitOf(preprocess), input: input.name, isQuantized };
}
