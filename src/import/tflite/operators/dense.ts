import { connect, orderRows } from '../../layers/dense.ts';
import { type Dim, emit, type Value } from '../../layers/draft.ts';
import { permute } from '../../layers/layout.ts';
import { reshape } from '../../layers/reshape.ts';
import { holdsLevels, read, write } from '../activations.ts';
import { constantOf } from '../constants.ts';
import {
  fusedActivation,
  inputsOf,
  optionsOf,
  outputOf,
  type OperatorImporters,
  unsupported,
} from '../operator.ts';
import { dequantise } from '../quantisation.ts';
import type { TfliteOperator, TfliteTensor } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';
import { addBias, addWeights, storedConstant } from '../weights.ts';

/** Fully connected layers; weights are `[outputs, inputs]`. */
export const denseOperators: OperatorImporters = {
  FULLY_CONNECTED(operator, draft) {
    const [input, weights] = inputsOf(operator, draft, 2);
    const bias = operator.inputs[2];
    const [output, options] = [outputOf(operator, draft), optionsOf(operator, draft)];
    if (options.byte(1, 0) !== 0) throw unsupported(operator, draft, 'shuffled weights');
    const [, inputs = 0] = weights.shape;
    const value = options.flag(2) ? read(draft, input) : flatten(draft, input, inputs, output.name);
    const ending = { clamp: fusedActivation(operator, draft, options.byte(0, 0)), leavesRange: true };
    const asLevels = holdsLevels(draft, input) && holdsLevels(draft, output) && value.shape.length === 2;
    if (asLevels) {
      write(draft, output, (name) => connectLevels(operator, draft, name, value, weights, bias), ending);
      return;
    }
    const table = constantOf(draft, weights) ?? storedConstant(draft, weights);
    const offsets = bias && (constantOf(draft, bias) ?? storedConstant(draft, bias));
    write(
      draft,
      output,
      (name) => connect(draft, name, value, table, { bias: offsets, transposed: true }),
      ending,
    );
  },
};

/** The input as rows of the weights' length. Levels are reshaped before they are dequantised, so that the layer reads them directly. */
function flatten(draft: TfliteDraft, input: TfliteTensor, inputs: number, layer: string): Value {
  const stored = draft.made.get(input);
  if (stored === undefined || stored.shape.length === 2) return read(draft, input);
  const shape: Dim[] = ['N', inputs];
  if (!holdsLevels(draft, input)) return reshape(draft, `${layer}#rows`, read(draft, input), shape);
  const rows = reshape(draft, `${layer}#rows`, stored, shape);
  return dequantise(draft, input, rows, `${layer}#rows/dequantised`);
}

function connectLevels(
  operator: TfliteOperator,
  draft: TfliteDraft,
  name: string,
  input: Value,
  weights: TfliteTensor,
  bias: TfliteTensor | undefined,
): Value {
  const stored = storedConstant(draft, weights);
  const [outputs = 0, inputs = 0] = stored.dims;
  if (stored.dims.length !== 2 || input.shape[1] !== inputs) {
    throw unsupported(
      operator,
      draft,
      `weights [${stored.dims.join(', ')}] for ${input.shape[1] ?? 0} inputs`,
    );
  }
  const table = orderRows(permute(stored, [1, 0]), input);
  const names = [input.name, addWeights(draft, weights, table, 1, { asLevels: true })];
  if (bias !== undefined) names.push(addBias(draft, bias, { asLevels: true }));
  return emit(draft, 'Gemm', names, { name, shape: ['N', outputs] });
}
