import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { fitNetwork, type PhotoNetwork } from './backbone/adapt-network.ts';
import { attachTaps } from './backbone/taps/attach-taps.ts';
import { loadNetwork } from './backbone/load.ts';
import {
  checkNetworkOptions,
  type NetworkOptions,
  openOptions,
  pickPreprocess,
} from './backbone/network-options.ts';
import type { OpenedNetwork } from './backbone/open-network.ts';
import { tapFor } from './backbone/taps/tap-for.ts';
import { RegraftError } from './errors.ts';
import { regraftHome } from './home.ts';
import { readLabels } from './import/read-labels.ts';
import { buildOwnClassifier, givesSeveralLabels, scoresOutput } from './model/build-own-classifier.ts';
import { modelFileName } from './model/load.ts';
import { checkFolder, saveFiles } from './model/save.ts';
import { sealModel } from './model/seal.ts';
import type { Model } from './onnx/graph.ts';
import { inferShapes } from './onnx/infer-shapes.ts';
import { encodeModel } from './onnx/write.ts';
import { commonOptions, parseOptions, text } from './options.ts';
import type { OnProgress } from './shared/progress.ts';

/** Options of {@link importClassifier}. */
export interface ImportClassifierOptions extends Omit<NetworkOptions, 'backbone' | 'taps'> {
  /** Text file with the name of a class in each line, in the order of the network's output. @default those in the network's own files */
  readonly labels?: string | undefined;
  /** Folder for the model. @default `<name>-model` in the working directory */
  readonly out?: string | undefined;
  readonly home?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model that was made of a network with its own classes. */
export interface ImportedClassifier {
  /** Absolute path of the folder with `model.onnx`. */
  readonly folder: string;
  readonly labels: readonly string[];
  readonly model: { readonly path: string; readonly sha256: string; readonly bytes: number };
}

const { home, onProgress, signal } = commonOptions;
const importOptions = z.strictObject({
  ...openOptions,
  labels: text().optional(),
  out: text().optional(),
  home,
  onProgress,
  signal,
});

/**
 * Makes a model of a classifier that was trained elsewhere: a graph of `retrain.py`, a Teachable Machine export, a network with its own
 * classes. It is not trained, and its probabilities are its own.
 *
 * @throws RegraftError `INVALID_OPTION` when labels are missing or do not fit, `BACKBONE_INVALID` when the network has no classes, and what
 * loading and saving throw.
 */
export async function importClassifier(
  network: string,
  options: ImportClassifierOptions = {},
): Promise<ImportedClassifier> {
  const settings = parseOptions(importOptions, options, 'importClassifier');
  checkNetworkOptions({ ...settings, backbone: network });
  const folder = resolve(settings.out ?? `${nameOf(network)}-model`);
  await checkFolder(folder);
  const opened = await loadNetwork(network, { ...settings, home: settings.home ?? regraftHome() });
  const photo = fitNetwork(opened, pickPreprocess(settings));
  const labels = await labelsFor(opened, photo.logits?.classes, settings.labels);
  const several = givesSeveralLabels(photo.model, opened.id, labels.length);
  const model = buildOwnClassifier(opened, photo, cutAtScores(photo), labels, several);
  const bytes = sealModel(encodeModel(model));
  await saveFiles(folder, new Map([[modelFileName, bytes]]), settings);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { folder, labels, model: { path: resolve(folder, modelFileName), sha256, bytes: bytes.length } };
}

/** Cuts a network at the scores of its classes, before its softmax. */
function cutAtScores({ model, logits }: PhotoNetwork): Model {
  const tap = tapFor(logits?.tensor ?? '', model, inferShapes(model));
  return attachTaps(model, [{ ...tap, name: scoresOutput }]);
}

/** What a folder is called after a network: its file's name without extension. */
function nameOf(network: string): string {
  const last = basename(network.replace(/[&#]sha256=.*$/, '').replaceAll('#', '/'));
  return last.replace(/\.(onnx|pb|tflite|lite|json|zip|tgz|tar\.gz)$/i, '');
}

async function labelsFor(
  { id, imported }: OpenedNetwork,
  classes: number | undefined,
  file: string | undefined,
): Promise<readonly string[]> {
  if (classes === undefined) {
    throw new RegraftError('BACKBONE_INVALID', `Expected a network with classes in ${id} but found none.`, {
      hint: 'To train a classifier on its features: regraft train <photos> --backbone <network>.',
    });
  }
  const labels = file === undefined ? imported.labels : readLabels(await readText(file), file);
  if (labels === undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected the names of the ${classes} classes of ${id} but found none in its files.`,
      {
        hint: 'Give a text file with a name in each line: --labels labels.txt',
      },
    );
  }
  if (labels.length !== classes) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected ${classes} labels for ${id} but found ${labels.length}${file === undefined ? ' in its files' : ` in ${file}`}.`,
      {
        hint: 'Give one name a line, in the order of the network, also for a class such as background: --labels labels.txt',
      },
    );
  }
  return labels;
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RegraftError('INVALID_OPTION', `Expected a file of labels at ${file} but it cannot be read.`, {
      hint: 'Give a text file with a name in each line.',
      cause,
    });
  });
}
