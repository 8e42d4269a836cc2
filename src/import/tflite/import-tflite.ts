import type { NumericForm } from '../../onnx/numeric-form.ts';
import { RegraftError } from '../../errors.ts';
import type { Tensor, ValueInfo } from '../../onnx/graph.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { startDraft } from '../layers/draft.ts';
import { storedShape } from '../layers/layout.ts';
import { holdsLevels } from './activations.ts';
import { beginWithImage, imageInput } from './image-input.ts';
import { readMetadata } from './metadata.ts';
import { operatorImporters } from './operators/operator-importers.ts';
import { shapeArithmetic } from './operators/shape-arithmetic.ts';
import { isQuantised } from './quantisation.ts';
import { readTflite, type TfliteGraph, type TfliteOperator, type TfliteTensor } from './read-tflite.ts';
import type { TfliteDraft } from './tflite-draft.ts';

/**
 * Turns a TensorFlow Lite image network into an ONNX graph of standard operators with any batch size: float32, float16 and dynamic-range
 * quantised ones (int8 weights alone) compute in float32; quantised ones (uint8, int8, by tensor or by channel) in either form.
 *
 * Tensors keep their names, and those that occur twice get a suffix; activations of four axes become NCHW. In the quantised form
 * activations are uint8 levels (QDQ), int8 ones with 128 added, and weights stay quantised; the tensors `<name>/scale` and
 * `<name>/zero_point` tell what levels stand for. In the float form weights are dequantised and activations are not rounded.
 *
 * The input of a quantised network is `image`, uint8 NHWC, its levels the pixels themselves, unless the file's metadata scales pixels
 * otherwise; any other network has a float32 NCHW input.
 *
 * @param source - The file's name, for errors.
 * @param form - By default that of the file.
 * @throws RegraftError `BACKBONE_INVALID` for a broken file, `OPERATOR_UNSUPPORTED` naming the operator, `INVALID_OPTION` when the
 * quantised form of a float network is asked for.
 */
export function importTflite(bytes: Uint8Array, source: string, form?: NumericForm): ImportedNetwork {
  const graph = readTflite(bytes, source, [imageInput]);
  const own: NumericForm = graph.operators.some(isComputedInLevels) ? 'uint8' : 'float32';
  if (form === 'uint8' && own === 'float32') {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a quantised network for the form uint8 but ${source} computes in float32.`,
      {
        hint: 'Leave --form out, or ask for float32.',
      },
    );
  }
  const draft: TfliteDraft = {
    ...startDraft(source),
    form: form ?? own,
    outputs: new Set(graph.outputs),
    made: new Map(),
    folded: new Map<TfliteTensor, Tensor>(),
    integers: new Map(),
  };
  const block = graph.metadata.get('TFLITE_METADATA');
  const classes = graph.outputs[0]?.shape.at(-1);
  const metadata = block === undefined ? {} : readMetadata(block, bytes, classes, source);
  const { input, layout, preprocess } = beginWithImage(draft, graph, metadata.scaling);
  for (const operator of graph.operators) importOperator(operator, draft);
  return {
    model: {
      opset: 17,
      metadata: {},
      graph: {
        name: source,
        nodes: draft.nodes,
        initializers: draft.initializers,
        inputs: [input],
        outputs: graph.outputs.map((tensor) => describeOutput(draft, tensor)),
      },
    },
    layout,
    form: draft.form,
    preprocess,
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
  };
}

function isComputedInLevels({ outputs }: TfliteGraph['operators'][number]): boolean {
  return outputs.some((tensor) => isQuantised(tensor) && tensor.data === undefined);
}

function importOperator(operator: TfliteOperator, draft: TfliteDraft): void {
  const { kind, outputs } = operator;
  const [output] = outputs;
  const isInteger = output?.type === 'int32' || output?.type === 'int64';
  const importer = (isInteger ? shapeArithmetic : operatorImporters)[kind];
  const where = `${kind} (tensor ${output?.name ?? 'without a name'})`;
  if (importer === undefined) {
    throw new RegraftError(
      'OPERATOR_UNSUPPORTED',
      `${where} in ${draft.source} cannot be imported${isInteger ? ' as it computes integers' : ''}.`,
      { hint: `Operators that can: ${Object.keys(operatorImporters).join(', ')}.` },
    );
  }
  try {
    importer(operator, draft);
  } catch (error) {
    if (!(error instanceof RegraftError) || error.message.startsWith(kind)) throw error;
    // A layer names its own tensor, which may be a step of the operator.
    throw new RegraftError(error.code, `${where}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

function describeOutput(draft: TfliteDraft, tensor: TfliteTensor): ValueInfo {
  const value = draft.made.get(tensor);
  if (value === undefined) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `${draft.source} names tensor ${tensor.name} as an output, but no operator makes it.`,
      { hint: 'The file may be damaged: fetch it again.' },
    );
  }
  const type = holdsLevels(draft, tensor) ? 'uint8' : 'float32';
  return { name: tensor.name, type, dims: storedShape(value.shape) };
}
