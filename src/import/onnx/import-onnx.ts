import type { ValueInfo } from '../../onnx/graph.ts';
import { decodeModel } from '../../onnx/read.ts';
import type { ReadExternal } from '../../onnx/read-external-data.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { convertOperators, ownOpset } from './convert-operators.ts';
import { type Draft, invalidNetwork } from './draft.ts';
import { findImage } from './find-image.ts';
import { flattenGraph } from './flatten-graph.ts';
import { freeBatch } from './free-batch.ts';
import { keepNeeded } from './keep-needed.ts';
import { nameBatch } from './name-batch.ts';
import { readLabels } from './read-labels.ts';
import { takeRegraftNetwork } from './regraft-model.ts';
import { readScaling } from './read-scaling.ts';
import { undoDynamicQuantisation } from './undo-dynamic-quantisation.ts';
import { widenFloats } from './widen-floats.ts';

/** What an ONNX file may need besides its own bytes. */
export interface ImportOnnxOptions {
  /** Reads a file of external data by its path relative to the ONNX file's folder. @default a network with such data is refused */
  readonly external?: ReadExternal;
}

/**
 * Turns an ONNX image network of any operator set from 7 to 22 into our form: set 17, float32 (float16 is widened, as are layers that are quantised while
 * they run) or quantised, without
 * Identity, Dropout, Constant and unused nodes. Tensors keep their names. Large weights stay views into `bytes` or the external files.
 *
 * An open batch is called `N`. A fixed one is opened where that can be proven; else it stays: the first dimension of the input and of the
 * outputs is then the number 1, and the network takes one photo at a time. A fixed batch above 1 that cannot be opened is refused.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` for a broken file or one that is no image network, naming the field, tensor or node;
 * `OPERATOR_UNSUPPORTED` naming operator and node.
 */
export function importOnnx(
  bytes: Uint8Array,
  source: string,
  options: ImportOnnxOptions = {},
): ImportedNetwork {
  const { external } = options;
  const file = decodeModel(bytes, source, { code: 'BACKBONE_INVALID', external });
  const own = takeRegraftNetwork(file, source);
  const draft = flattenGraph(own?.model.graph ?? file.graph, source);
  if (draft.outputs.length === 0) throw invalidNetwork(source, 'an output in the field graph.output', 'none');
  keepNeeded(draft);
  widenFloats(draft);
  convertOperators(draft, file.opset);
  undoDynamicQuantisation(draft);
  const { input, layout } = findImage(draft);
  draft.inputs = [input];
  openBatch(draft, input);
  keepNeeded(draft);
  const { nodes, initializers, inputs, outputs } = draft;
  const classes = outputs[0]?.dims.at(-1);
  const labels = readLabels(file.metadata, typeof classes === 'number' ? classes : undefined);
  return {
    model: {
      opset: ownOpset,
      metadata: {},
      graph: { name: file.graph.name, nodes, initializers, inputs, outputs },
    },
    layout,
    form: isQuantised(draft) ? 'uint8' : 'float32',
    preprocess: own?.preprocess ?? (input.type === 'uint8' ? {} : readScaling(file.metadata)),
    ...(own && { taps: own.taps }),
    ...(labels === undefined ? {} : { labels }),
  };
}

function openBatch(draft: Draft, input: ValueInfo): void {
  const [batch] = input.dims;
  if (typeof batch !== 'number') {
    nameBatch(draft, input.name);
  } else if (!freeBatch(draft, input.name, batch) && batch !== 1) {
    throw invalidNetwork(
      draft.source,
      'a network for one photo or any number',
      `input ${input.name} with a fixed batch of ${batch}`,
      'Export the network with a batch of 1, or a dynamic one.',
    );
  }
}

function isQuantised({ nodes, initializers }: Draft): boolean {
  return nodes.some(
    ({ op, inputs }) =>
      /^(QLinear|DynamicQuantize|ConvInteger|MatMulInteger)/.test(op) ||
      (op === 'QuantizeLinear' && !initializers.has(inputs[0] ?? '')),
  );
}
