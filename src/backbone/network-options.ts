import { z } from 'zod';
import type { NumericForm } from '../onnx/numeric-form.ts';
import { choice, text } from '../options.ts';
import { defaultBackbone } from './catalogue.ts';
import { checkNetworkName } from './open-network.ts';
import { parsePreprocessOptions, type PreprocessOptions } from './preprocess/preprocess-options.ts';

/** Which network gives the features, and how photos are prepared for it. */
export interface NetworkOptions extends PreprocessOptions {
  /** A network of the catalogue by its id; or any other: a file, a folder, or a source such as `hf:<owner>/<name>#<path>`. @default 'inception-v3' */
  readonly backbone?: string | undefined;
  /** Numeric form in which the network computes. @default that of its file */
  readonly form?: NumericForm | undefined;
  /** Names of the taps whose values are joined into the features: found ones, or tensors of the network. @default those that do best; for the head `retrain` the last one, the classic bottleneck */
  readonly taps?: readonly string[] | undefined;
  /** Name of the tensor that the network ends with, where its file has several ends. */
  readonly networkOutput?: string | undefined;
}

const word = z.union([text(), z.number()]).optional();

/** The schema of the options that say how a network is opened; {@link checkNetworkOptions} checks the rest. */
export const openOptions = {
  form: choice(['uint8', 'float32']).optional(),
  networkOutput: text().optional(),
  inputSize: word,
  scaling: text().optional(),
  resize: text().optional(),
  kernel: choice(['bilinear', 'bicubic']).optional(),
};

/** The schema of {@link NetworkOptions}. */
export const networkOptions = {
  ...openOptions,
  backbone: text().default(defaultBackbone),
  taps: z.array(text(), { error: 'a list of names' }).min(1, { error: 'a list of names' }).optional(),
};

/**
 * Refuses, before any work, a network that cannot be meant and preprocessing that cannot be read.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN`, `INVALID_OPTION`.
 */
export function checkNetworkOptions(options: NetworkOptions & { readonly backbone: string }): void {
  checkNetworkName(options.backbone);
  parsePreprocessOptions(pickPreprocess(options));
}

/** The preprocessing among other options. */
export function pickPreprocess({ inputSize, scaling, resize, kernel }: PreprocessOptions): PreprocessOptions {
  return { inputSize, scaling, resize, kernel };
}
