import { RegraftError } from '../../errors.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { addInput, type Dim, finishDraft, startDraft, type Value } from '../layers/draft.ts';
import { inOrder } from '../layers/reshape.ts';
import { unsupportedLayer } from '../layers/unsupported.ts';
import { indexWeights } from './find-weight.ts';
import type { LayerCall } from './layer-call.ts';
import { describeInput } from './describe-input.ts';
import { takesPixels } from './takes-pixels.ts';
import { readModelJson } from './read-model-json.ts';
import { readWeights } from './read-weights.ts';
import { runNetwork } from './run-network.ts';
import { readTeachableMachine } from './teachable-machine.ts';

/** The files of a network that TensorFlow.js or its converter has written. */
export interface TfjsFiles {
  /** The text of `model.json`. */
  readonly json: string;
  /** Gives a file beside it by its path in the manifest. */
  readonly read: (path: string) => Uint8Array;
  /** The text of the `metadata.json` that Teachable Machine puts beside it. */
  readonly metadata?: string;
}

/**
 * Turns a layers-model of TensorFlow.js, as Keras, tfjs-converter and Teachable Machine make them, into an ONNX graph. Tensors have the names
 * of their layers; networks inside the network are dissolved. All outputs are kept in the file's order; labels are those of the first.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` for broken files, `OPERATOR_UNSUPPORTED` naming the layer and its class.
 */
export function importTfjs(files: TfjsFiles, source: string): ImportedNetwork {
  const { network, manifest, dialect } = readModelJson(files.json, source);
  const draft = startDraft(source);
  const { name, shape } = describeInput(network, source);
  const input = addInput(draft, name, shape);
  const weights = indexWeights(readWeights(manifest, files.read, source), source);
  const pixelLayers: LayerCall[] = [];
  const onCall = (call: LayerCall): void => {
    if (call.inputs[0]?.name === input.name && takesPixels(call)) pixelLayers.push(call);
  };
  const run = { draft, weights, dialect, calls: new Map<string, number>(), onCall };
  const outputs = distinct(runNetwork(run, network, [], [input]).map((output) => inOrder(draft, output)));
  if (outputs.some((output) => output.name === input.name)) {
    throw unsupportedLayer(
      draft,
      `The input layer ${name}`,
      'no layer between it and an output that computes',
    );
  }
  const machine = files.metadata === undefined ? undefined : readTeachableMachine(files.metadata, source);
  if (machine !== undefined) checkExport(machine, shape, outputs[0]?.shape.at(-1), source);
  const { labels, ...known } = machine ?? {};
  const scaling = { order: 'RGB', mean: [0, 0, 0], std: [1, 1, 1] } as const;
  return {
    model: finishDraft(draft, input, outputs),
    layout: 'NCHW',
    form: 'float32',
    preprocess: { ...(pixelLayers.length > 0 && { scaling }), ...known },
    ...(labels !== undefined && { labels }),
  };
}

/** A layer that only passes its input on can make one tensor two outputs; ONNX names an output once. */
function distinct(outputs: readonly Value[]): readonly Value[] {
  return [...new Map(outputs.map((output) => [output.name, output])).values()];
}

/** Refuses a metadata.json of another export than the network's. */
function checkExport(
  { labels, width }: ReturnType<typeof readTeachableMachine>,
  [height, length]: readonly [number, number, number],
  classes: Dim | undefined,
  source: string,
): void {
  const hint = 'Both files must be of the same export.';
  if (labels.length !== classes) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected a label for each of the ${classes ?? 0} classes of ${source}, but found ${labels.length} in field labels of its metadata.json.`,
      { hint },
    );
  }
  if (width !== length || width !== height) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Expected ${height} × ${length} pixels in field imageSize of metadata.json of ${source}, but found ${width ?? 'none'}: the network takes the former.`,
      { hint },
    );
  }
}
