import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import type { Model } from '../onnx/graph.ts';
import { decodeModel } from '../onnx/read.ts';
import { probabilitiesOutput, unknownOutput } from './build-classifier.ts';
import { finishSave } from './pending-save.ts';
import { checkSeal } from './seal.ts';
import { type ModelMetadata, parseMetadata } from './metadata.ts';

/** A model file that was read. */
export interface LoadedModel {
  /** Path of the `.onnx` file. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly metadata: ModelMetadata;
}

/** The name of the model file in a model folder. */
export const modelFileName = 'model.onnx';

/**
 * Reads a model: a folder that `regraft train` made, or its `.onnx` file. A save that a killed process left half-way is finished first.
 *
 * @throws RegraftError `MODEL_NOT_FOUND`, or `MODEL_INVALID` for a damaged or foreign file.
 */
export async function loadModel(location: string): Promise<LoadedModel> {
  const path = await modelPath(location);
  // Where it cannot be finished, the file that is in its place is whole as well: a model is one file.
  await finishSave(dirname(path)).catch(() => undefined);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw notFound(path, error);
  });
  checkSeal(bytes, path);
  const model = decodeModel(bytes, path);
  const metadata = parseMetadata(model.metadata, path);
  const { inputs, outputs } = model.graph;
  if (
    inputs.length !== 1 ||
    outputs[0]?.name !== probabilitiesOutput ||
    outputs[0].dims[1] !== metadata.labels.length ||
    (metadata.unknown !== null && outputs[1]?.name !== unknownOutput)
  ) {
    throw new RegraftError(
      'MODEL_INVALID',
      `The graph of ${path} does not fit its ${metadata.labels.length} labels.`,
      {
        hint: 'Copy the file again, or train it again.',
      },
    );
  }
  return { path, bytes, model, metadata };
}

async function modelPath(location: string): Promise<string> {
  const stats = await stat(location).catch((error: unknown) => {
    throw notFound(location, error);
  });
  return stats.isDirectory() ? join(location, modelFileName) : location;
}

function notFound(path: string, cause: unknown): RegraftError {
  const reason =
    errnoCode(cause) === 'ENOENT' ? 'it does not exist' : `it cannot be read (${errnoCode(cause) ?? ''})`;
  return new RegraftError('MODEL_NOT_FOUND', `Expected a model at ${path}, but ${reason}.`, {
    hint: 'Give the folder that `regraft train` made, or its model.onnx.',
    cause,
  });
}
